"""What a person may choose for a forecast."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_, SpecError
from trainer.recipes.parameters import Optimizer, Schedule, TrainingParameters, again, setting, switch
from trainer.recipes.shared import dropping, judged_by

NAME, VERSION = "timeseries", 1
TITLE = N_("Forecast")
SUMMARY = N_("Tells how numbers go on that are measured again and again: demand, prices, sensors; with intervals.")
DATASETS, TASKS, TARGETS = ("series", "table"), ("forecast",), ("number",)

LINEAR, LAYERED = "linear", "convolutions"
KERNEL = 3  # steps that a convolution sees at once
AUTO, NO_CALENDAR = "auto", "none"
WAVES = {"day": 4, "week": 3, "year": 6}  # sines and cosines that tell weekdays and months apart, and most hours
ON_LAYERS, TRADED = {"network": LAYERED}, {"back_test": ["simple", "log"]}


class Parameters(TrainingParameters):
    """What is a step, how far to look back and ahead, the network, and its training."""

    network: Literal["linear", "convolutions"] = setting(
        LINEAR,
        N_("Network"),
        N_("A weighted sum of the past is hard to beat; convolutions also learn what is not a sum."),
        group="model",
        labels={LINEAR: N_("Linear"), LAYERED: N_("Convolutions over time (TCN)")},
    )
    window: int = setting(
        28, N_("Look back"), N_("Steps of the past that a forecast is made from."), group="model", ge=2, le=2000
    )
    horizon: int = setting(7, N_("Look ahead"), N_("Steps that are forecast."), group="model", ge=1, le=500)
    season: int = setting(
        7, N_("Season"), N_("Steps after which things repeat: 7 days, 12 months; a simple forecast repeats them."),
        group="model", ge=1, le=2000,
    )  # fmt: skip
    time: str = setting(
        "", N_("Time"), N_("The field that says when each row was; empty: the one by which rows are held out."),
        group="model", widget="field", max_length=200,
    )  # fmt: skip
    series: str = setting(
        "", N_("Series are told apart by"), N_("A field such as the shop; empty where everyone has one series."),
        group="model", widget="field", max_length=200,
    )  # fmt: skip
    known_ahead: bool = switch(
        N_("Other fields are known ahead"),
        N_("Such as prices and holidays that are planned: a forecast then reads them for its own days, too."),
        default=False,
        group="model",
    )
    calendar: Literal["auto", "none", "day", "week", "year"] = setting(
        AUTO,
        N_("Calendar"),
        N_("What it tells of dates is known ahead. Holidays it learns from a field that says which days are some."),
        group="model",
        labels={
            AUTO: N_("All that came round twice and that steps are short enough for"),
            NO_CALENDAR: N_("Not read"),
            "day": N_("Hour of the day"),
            "week": N_("Day of the week"),
            "year": N_("Month and day of the year"),
        },
    )
    channels: int = setting(
        16,
        N_("Channels"),
        N_("Different things that each layer looks for."),
        group="model",
        when=ON_LAYERS,
        ge=2,
        le=512,
    )
    layers: int = setting(
        4,
        N_("Layers"),
        N_("Each looks twice as far back as the one below."),
        group="model",
        when=ON_LAYERS,
        ge=1,
        le=10,
    )
    dropout: float = dropping(0.1, when=ON_LAYERS)
    scaling: Literal["last", "mean", "all"] = setting(
        "last",
        N_("Scaling"),
        N_("What a window is measured from: levels of different series, or of different years, are then alike."),
        group="preprocessing",
        labels={
            "last": N_("From the window's last value"),
            "mean": N_("From the window's mean"),
            "all": N_("Alike for all, by the training part"),
        },
    )
    gaps: Literal["next", "fill"] = setting(
        "next",
        N_("Missing steps"),
        N_("Trading days follow each other over weekends; a missing day of demand is better filled in."),
        group="preprocessing",
        labels={"next": N_("The next row is the next step"), "fill": N_("Filled by a straight line, never judged by")},
    )
    loss: Literal["mae", "mse", "huber"] = setting(
        "mae",
        N_("Loss"),
        N_("What training makes small."),
        group="training",
        labels={"mae": N_("Mean absolute error"), "mse": N_("Mean squared error"), "huber": N_("Huber")},
    )
    back_test: Literal["none", "simple", "log"] = setting(
        "none",
        N_("Back-test"),
        N_("Where the target is what money gained since the step before: buy whenever a gain is forecast, with costs."),
        group="evaluation",
        labels={
            "none": N_("None"),
            "simple": N_("The target is a return (0.01 is 1 %)"),
            "log": N_("The target is the logarithm of a return"),
        },
    )
    trading_cost: float = setting(
        0.001,
        N_("Cost of a trade"),
        N_("Share of what is bought or sold that is lost to fees and spread (0.001 is 0.1 %)."),
        group="evaluation", advanced=True, when=TRADED, ge=0, lt=1,
    )  # fmt: skip
    periods_per_year: float = setting(
        0.0,
        N_("Periods per year"),
        N_("Turns returns of a period into those of a year; 0 counts them by the dates."),
        group="evaluation", advanced=True, when=TRADED, ge=0, le=100_000_000,
    )  # fmt: skip
    batch_size: int = again("batch_size", 64)
    epochs: int = again("epochs", 20)
    optimizer: Optimizer = again("optimizer", "adamw")
    learning_rate: float = again("learning_rate", 1e-3)
    weight_decay: float = again("weight_decay", 0.01)
    schedule: Schedule = again("schedule", "cosine")
    main_metric: Literal["auto", "mae", "rmse", "smape", "median_ape", "r2", "skill"] = judged_by({  # type: ignore[assignment]  # other measures
        "mae": N_("Mean absolute error"),
        "rmse": N_("Root mean squared error"),
        "smape": N_("Symmetric percentage error (sMAPE)"),
        "median_ape": N_("Median percentage error"),
        "r2": N_("R²"),
        "skill": N_("Skill over the better simple forecast"),
    })  # fmt: skip

    def check_chosen(self) -> None:
        """The seasonal reference is read from the window."""
        if self.season > self.window:
            raise SpecError(
                N_("The window of %(window)s steps must hold a season of %(season)s."),
                {"window": self.window, "season": self.season},
                field="window",
            )
