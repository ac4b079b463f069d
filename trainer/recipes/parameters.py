"""Parameters that every recipe shares, and `setting`, which says what the launch form must know of each."""

from __future__ import annotations

from copy import copy
from typing import Any, Literal

from pydantic import Field

from trainer.contract import N_, Frozen

Group = Literal["model", "training", "evaluation", "preprocessing"]
Optimizer = Literal["adam", "adamw", "sgd", "lion"]
Schedule = Literal["constant", "cosine", "step", "warm-up", "warm-up-cosine", "one-cycle"]
Format = Literal["float32", "bfloat16", "float16"]
MainMetric = Literal[
    "auto", "accuracy", "balanced_accuracy", "f1", "roc_auc", "average_precision", "log_loss", "rmse", "mse", "mae",
    "r2", "concordance", "bits_per_byte", "perplexity", "token_accuracy",
]  # fmt: skip


def setting(
    default: Any,
    title: str,
    description: str,
    *,
    group: Group,
    advanced: bool = False,
    widget: str | None = None,
    when: dict[str, Any] | None = None,
    labels: dict[str, str] | None = None,
    **bounds: Any,
) -> Any:
    """One parameter: its texts (msgids), default and bounds, and where and when the form shows it."""
    extra: dict[str, Any] = {"group": group, "advanced": advanced}
    extra |= {key: value for key, value in {"widget": widget, "when": when, "labels": labels}.items() if value}
    return Field(default, title=title, description=description, json_schema_extra=extra, **bounds)


def switch(title: str, description: str, *, default: bool, group: Group, advanced: bool = False) -> Any:
    """A parameter that is on or off."""
    return setting(default, title, description, group=group, advanced=advanced)


def again(name: str, default: Any) -> Any:
    """A parameter that every recipe shares, with another default."""
    info = copy(TrainingParameters.model_fields[name])
    info.default = default
    return info


class TrainingParameters(Frozen):
    """How a network is trained and judged, whatever it looks like."""

    epochs: int = setting(
        20, N_("Epochs"), N_("How often the training sees every row."), group="training", ge=1, le=10_000
    )
    batch_size: int = setting(32, N_("Batch size"), N_("Rows per training step."), group="training", ge=1, le=65_536)
    learning_rate: float = setting(
        1e-3, N_("Learning rate"), N_("How far one step moves the weights."), group="training", gt=0, le=10
    )
    optimizer: Optimizer = setting(
        "adam",
        N_("Optimizer"),
        N_("The rule by which the weights follow the gradient."),
        group="training",
        labels={"adam": N_("Adam"), "adamw": N_("AdamW"), "sgd": N_("SGD"), "lion": N_("Lion")},
    )
    momentum: float = setting(
        0.9,
        N_("Momentum"),
        N_("How much of the last step the next one keeps."),
        group="training",
        advanced=True,
        when={"optimizer": "sgd"},
        ge=0,
        lt=1,
    )
    weight_decay: float = setting(
        0.0,
        N_("Weight decay"),
        N_("Pulls the weights towards zero, against overfitting."),
        group="training",
        advanced=True,
        ge=0,
        le=10,
    )
    schedule: Schedule = setting(
        "constant",
        N_("Learning rate schedule"),
        N_("How the learning rate changes while training."),
        group="training",
        advanced=True,
        labels={
            "constant": N_("Constant"),
            "cosine": N_("Cosine to zero"),
            "step": N_("A tenth after each third"),
            "warm-up": N_("Linear warm-up, then constant"),
            "warm-up-cosine": N_("Linear warm-up, then cosine to zero"),
            "one-cycle": N_("One cycle: up, then down to almost zero"),
        },
    )
    warm_up: float = setting(
        0.1,
        N_("Warm-up share"),
        N_("Share of all steps in which the learning rate grows from zero."),
        group="training",
        advanced=True,
        when={"schedule": ["warm-up", "warm-up-cosine"]},
        gt=0,
        lt=1,
    )
    gradient_clip: float = setting(
        0.0,
        N_("Longest gradient"),
        N_("A longer gradient is shortened to this length, against steps that go astray; 0 leaves it as it is."),
        group="training",
        advanced=True,
        ge=0,
        le=1000,
    )
    accumulation: int = setting(
        1,
        N_("Parts of a batch"),
        N_("A batch is computed in so many parts, one after the other: less memory for the same result."),
        group="training",
        advanced=True,
        ge=1,
        le=1024,
    )
    average: float = setting(
        0.0,
        N_("Moving average of weights"),
        N_("How much of the average each step keeps (0.999, say); the averaged weights are the model. 0: none."),
        group="training",
        advanced=True,
        ge=0,
        lt=1,
    )
    early_stopping: bool = switch(
        N_("Early stopping"),
        N_("Stop when the validation loss no longer falls, and keep the best weights."),
        default=False,
        group="training",
    )
    patience: int = setting(
        10,
        N_("Patience"),
        N_("Epochs without improvement before training stops."),
        group="training",
        when={"early_stopping": True},
        ge=1,
        le=1000,
    )
    precision: Format = setting(
        "float32",
        N_("Number format"),
        N_("A short one is faster on a GPU and takes less memory; the weights stay long. A CPU has only the long one."),
        group="training",
        advanced=True,
        labels={"float32": N_("float32"), "bfloat16": N_("bfloat16"), "float16": N_("float16, with a scaled loss")},
    )
    deterministic: bool = switch(
        N_("Exactly repeatable"),
        N_("Only operations that give the same bits every time; slower on a GPU, and the CPU is so anyway."),
        default=False,
        group="training",
        advanced=True,
    )
    compiled: bool = switch(
        N_("Compile the network"),
        N_("Pays for long trainings on a GPU; the first step takes up to a minute longer."),
        default=False,
        group="training",
        advanced=True,
    )
    class_weighting: bool = switch(
        N_("Balance classes"),
        N_("Give rare classes as much weight in the loss as frequent ones (classification only)."),
        default=False,
        group="training",
        advanced=True,
    )
    baselines: bool = switch(
        N_("Compare with training alone"),
        N_("Also train a model on each organization's own data, to show what training together is worth."),
        default=True,
        group="evaluation",
    )
    main_metric: MainMetric = setting(
        "auto",
        N_("Main metric"),
        N_("The number by which versions are compared."),
        group="evaluation",
        advanced=True,
        labels={
            "auto": N_("Chosen by the task"),
            "accuracy": N_("Accuracy"),
            "balanced_accuracy": N_("Balanced accuracy"),
            "f1": N_("F1 score"),
            "roc_auc": N_("ROC AUC"),
            "average_precision": N_("Average precision (mAP)"),
            "log_loss": N_("Log loss"),
            "rmse": N_("Root mean squared error"),
            "mse": N_("Mean squared error"),
            "mae": N_("Mean absolute error"),
            "r2": N_("R²"),
            "concordance": N_("Concordance (share of pairs in the right order)"),
            "bits_per_byte": N_("Bits per byte"),
            "perplexity": N_("Perplexity"),
            "token_accuracy": N_("Token accuracy"),
        },
    )
    explained: bool = switch(
        N_("Explain the model"),
        N_("Ask the finished model again: with noise, with gaps, with one field changed, and what it looks at."),
        default=True,
        group="evaluation",
        advanced=True,
    )
    bootstrap_samples: int = setting(
        1000,
        N_("Bootstrap samples"),
        N_("How many resamples the 95 % intervals are made from."),
        group="evaluation",
        advanced=True,
        ge=100,
        le=10_000,
    )

    def check_task(self, task: str) -> None:
        """Raises SpecError where what was chosen does not fit the task, "classification" or "regression"."""

    def check_chosen(self) -> None:
        """The same where the task itself was chosen; otherwise the target decides, and it is known later."""
        if (task := getattr(self, "task", "auto")) != "auto":
            self.check_task(task)
