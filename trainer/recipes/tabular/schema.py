"""What a person may choose for a model on tables."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_, SpecError
from trainer.recipes.parameters import TrainingParameters, setting, switch
from trainer.recipes.shared import (
    Activation,
    Task,
    Widths,
    activating,
    choosing_task,
    dropping,
    forgetting_rare,
    hidden,
    losing,
)

NAME, VERSION = "tabular", 1
TITLE = N_("Table model")
SUMMARY = N_("Predicts a category or a number from the fields of a table, with missing values and categories handled.")
DATASETS, TASKS, TARGETS = ("table",), ("classification", "regression"), ("category", "boolean", "number")


class Parameters(TrainingParameters):
    """Preprocessing, a fully connected network, and its training."""

    task: Task = choosing_task()
    positive_above: float | None = setting(
        None,
        N_("Positive above"),
        N_("Turns a number into yes or no: rows whose target is greater than this are the positive class."),
        group="model",
        advanced=True,
        when={"task": "classification"},
    )
    hidden_layers: Widths = hidden([64, 32], N_("Neurons of each hidden layer; none makes a linear or logistic model."))
    activation: Activation = activating()
    dropout: float = dropping()
    loss: Literal["auto", "cross-entropy", "mse", "mae", "huber"] = losing(
        N_("What training makes small: cross-entropy for categories, one of the others for numbers.")
    )
    huber_delta: float = setting(
        1.0,
        N_("Huber threshold"),
        N_("Errors above this many standard deviations of the target count linearly."),
        group="training",
        advanced=True,
        when={"loss": "huber"},
        gt=0,
        le=1000,
    )
    imputing: Literal["median", "mean", "most-frequent", "constant"] = setting(
        "median",
        N_("Missing numbers"),
        N_("What stands in for a missing number; learnt from the training part only."),
        group="preprocessing",
        labels={
            "median": N_("Median"),
            "mean": N_("Mean"),
            "most-frequent": N_("Most frequent value"),
            "constant": N_("A constant"),
        },
    )
    fill_value: float = setting(
        0.0,
        N_("Constant for missing numbers"),
        N_("The number that stands in for every missing one."),
        group="preprocessing",
        advanced=True,
        when={"imputing": "constant"},
    )
    missing_indicators: bool = switch(
        N_("Mark missing numbers"),
        N_("Tell the network in an input of its own that a number was missing."),
        default=False,
        group="preprocessing",
    )
    missing_categories: Literal["own", "most-frequent"] = setting(
        "own",
        N_("Missing categories"),
        N_("Whether a missing category is a category of its own."),
        group="preprocessing",
        advanced=True,
        labels={"own": N_("A category of its own"), "most-frequent": N_("Most frequent value")},
    )
    scaling: Literal["standard", "min-max", "none"] = setting(
        "standard",
        N_("Scaling"),
        N_("Brings numbers to a common size; learnt from the training part only."),
        group="preprocessing",
        labels={
            "standard": N_("Mean 0, deviation 1"),
            "min-max": N_("From 0 to 1"),
            "none": N_("None"),
        },
    )
    categories: Literal["embedding", "one-hot"] = setting(
        "embedding",
        N_("Categories become"),
        N_("Learnt vectors, or one input for each category."),
        group="preprocessing",
        labels={"embedding": N_("Learnt vectors (embeddings)"), "one-hot": N_("One input per category")},
    )
    embedding_size: int = setting(
        0,
        N_("Embedding size"),
        N_("Numbers per category; 0 lets the count of categories decide."),
        group="preprocessing",
        advanced=True,
        when={"categories": "embedding"},
        ge=0,
        le=256,
    )
    rare_below: int = forgetting_rare(
        2, N_("Categories seen less often than this share one place with those never seen."), 10_000
    )
    max_categories: int = setting(
        100,
        N_("Most categories of a field"),
        N_("A text field with more different values than this is left out, because it names rows."),
        group="preprocessing",
        advanced=True,
        ge=2,
        le=10_000,
    )
    importance: bool = switch(
        N_("Importance of fields"),
        N_("Measure how much worse the model gets when one field is shuffled."),
        default=True,
        group="evaluation",
    )
    group_field: str = setting(
        "",
        N_("Compare groups by"),
        N_("A field that tells groups apart: every metric is told for each group. The model need not read it."),
        group="evaluation",
        advanced=True,
        widget="field",
        max_length=200,
    )
    approved_share: float = setting(
        0.8,
        N_("Share approved"),
        N_("Two classes: who of each group would be approved, were this share of all rows: those least likely bad."),
        group="evaluation",
        advanced=True,
        when={"group_field": "*"},
        gt=0,
        lt=1,
    )
    scorecard: bool = switch(
        N_("Score card"),
        N_("Two classes: points for each field's bins, as lenders use them, and reasons of answers in points."),
        default=False,
        group="evaluation",
        advanced=True,
    )
    bad_class: str = setting(
        "",
        N_("Class that counts as bad"),
        N_("What a score card warns of and what is not approved; empty takes the rarer one of two classes."),
        group="evaluation",
        advanced=True,
        max_length=200,
    )
    returns: str = setting(
        "",
        N_("Back-test with the returns in"),
        N_("The field of what one unit of money gains until the next row (0.01 is 1 %); needs a split by time."),
        group="evaluation",
        advanced=True,
        widget="field",
        max_length=200,
    )
    instrument: str = setting(
        "",
        N_("Traded things are told apart by"),
        N_("A field such as the ticker; empty where each organization has one row per moment."),
        group="evaluation",
        advanced=True,
        widget="field",
        when={"returns": "*"},
        max_length=200,
    )
    trading_cost: float = setting(
        0.001,
        N_("Cost of a trade"),
        N_("Share of what is bought or sold that is lost to fees and spread (0.001 is 0.1 %)."),
        group="evaluation",
        advanced=True,
        when={"returns": "*"},
        ge=0,
        lt=1,
    )
    periods_per_year: float = setting(
        0.0,
        N_("Periods per year"),
        N_("Turns returns of a period into those of a year; 0 counts them by the dates."),
        group="evaluation",
        advanced=True,
        when={"returns": "*"},
        ge=0,
        le=100_000_000,
    )

    def check_task(self, task: str) -> None:
        """A task takes the losses that are made for it."""
        if task == "classification":
            if self.task == "regression":
                raise SpecError(N_("Regression needs a target of numbers."), field="task")
            if self.loss not in ("auto", "cross-entropy"):
                raise SpecError(N_("A classification is trained with cross-entropy."), field="loss")
        elif self.loss == "cross-entropy":
            raise SpecError(N_("Cross-entropy needs a target of categories."), field="loss")
