"""Parameters that several recipes offer beside those that all have, each written once."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trainer.contract import N_
from trainer.recipes.parameters import Optimizer, Schedule, TrainingParameters, again, setting, switch

Activation = Literal["relu", "gelu", "tanh", "sigmoid"]
Task = Literal["auto", "classification", "regression"]
Widths = Annotated[list[Annotated[int, Field(ge=1, le=4096)]], Field(max_length=8)]  # neurons of each layer


LOSSES = {
    "auto": N_("Chosen by the task"),
    "cross-entropy": N_("Cross-entropy"),
    "mse": N_("Mean squared error"),
    "mae": N_("Mean absolute error"),
    "huber": N_("Huber"),
}


class WithUsualRate(TrainingParameters):
    """Where no learning rate is chosen, one follows from what else was chosen."""

    @classmethod
    @abstractmethod
    def usual_rate(cls, given: dict[str, Any]) -> float:
        """From what a person gave, which nobody has checked yet."""

    @model_validator(mode="before")
    @classmethod
    def _with_rate(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("learning_rate") is None:
            return given | {"learning_rate": cls.usual_rate(given)}
        return given


class TransformerTraining(WithUsualRate):
    """What suits transformers, of those parameters that all recipes have."""

    batch_size: int = again("batch_size", 16)
    optimizer: Optimizer = again("optimizer", "adamw")
    schedule: Schedule = again("schedule", "warm-up-cosine")
    gradient_clip: float = again("gradient_clip", 1.0)


def rate_if_chosen(text: str) -> Any:
    """The learning rate that may be left empty; `text` says what follows then."""
    return setting(None, N_("Learning rate"), text, group="training", gt=0, le=10)


def choosing_task() -> Any:
    """For recipes that predict kinds as well as numbers."""
    return setting(
        "auto",
        N_("Task"),
        N_("Predict a category or a number; by default the target's values decide."),
        group="model",
        labels={
            "auto": N_("Chosen by the target"),
            "classification": N_("Classification"),
            "regression": N_("Regression"),
        },
    )


def losing(text: str, *but: str, advanced: bool = False) -> Any:
    """For recipes that predict numbers: which loss, of all but those."""
    labels = {name: title for name, title in LOSSES.items() if name not in but}
    return setting("auto", N_("Loss"), text, group="training", advanced=advanced, labels=labels)


def sharding() -> Any:
    """For recipes whose models may fit no single device."""
    return switch(
        N_("Spread the model"),
        N_("With several processes: each keeps a part of the weights, for models that do not fit one device; slower."),
        default=False,
        group="training",
        advanced=True,
    )


def dropping(default: float = 0.0, when: dict[str, Any] | None = None) -> Any:
    """For networks whose layers may leave neurons out."""
    text = N_("Share of neurons left out at random in each step, against overfitting.")
    return setting(default, N_("Dropout"), text, group="model", when=when, ge=0, lt=1)


def hidden(default: list[int], text: str) -> Any:
    """For networks that end in fully connected layers."""
    return setting(default, N_("Hidden layers"), text, group="model", widget="integers")


def activating() -> Any:
    """For networks of layers between which stands one function."""
    text = N_("What each hidden neuron does with its sum.")
    labels = {"relu": N_("ReLU"), "gelu": N_("GELU"), "tanh": N_("Tanh"), "sigmoid": N_("Sigmoid")}
    return setting("relu", N_("Activation"), text, group="model", labels=labels)


def reading_at_most(default: int, title: str, least: int, most: int) -> Any:
    """For recipes that read the beginnings of texts."""
    text = N_("The rest of a longer text is not read.")
    return setting(default, title, text, group="preprocessing", ge=least, le=most)


def forgetting_rare(default: int, text: str, most: int) -> Any:
    """For recipes that forget what is rare."""
    return setting(default, N_("Rare below"), text, group="preprocessing", advanced=True, ge=1, le=most)


def without_base(info: Any) -> Any:
    """A parameter that means something only where a job begins without a base model."""
    extra = info.json_schema_extra
    extra["when"] = extra.get("when", {}) | {"base": False}
    return info


def pacing(default: float) -> Any:
    """For recipes that may go on from a base model which sees."""
    return setting(
        default,
        N_("Pace of the base model"),
        N_(
            "How far a step moves the base model's weights, as a share of how far it moves the new ones; 0 leaves them "
            "as they are, which is quick."
        ),
        group="training",
        when={"base": True},
        ge=0,
        le=1,
    )


def in_parts() -> Any:
    """For recipes in which rows of a batch are compared with each other."""
    info = again("accumulation", 1)
    info.description = N_(
        "A batch is computed in so many parts: less memory, but rows are compared within a part alone."
    )
    return info


def colouring() -> Any:
    """For recipes that read picture files."""
    text = N_("Whether picture files are read in grey or in colour.")
    labels = {"grey": N_("Grey"), "rgb": N_("Colour (RGB)")}
    return setting("grey", N_("Colour"), text, group="preprocessing", labels=labels)


def judged_by(labels: dict[str, str]) -> Any:
    """The main metric of a task with measures of its own: their titles by name."""
    text = N_("The number by which versions are compared.")
    labels = {"auto": N_("Chosen by the task")} | labels
    return setting("auto", N_("Main metric"), text, group="evaluation", advanced=True, labels=labels)
