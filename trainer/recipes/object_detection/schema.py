"""What a person may choose for a model that finds things in pictures."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_
from trainer.recipes.parameters import Schedule, TrainingParameters, again, setting
from trainer.recipes.shared import judged_by, pacing

NAME, VERSION = "object-detection", 2  # 2: boxes are kept picture by picture
TITLE = N_("Object detection")
SUMMARY = N_("Finds things in pictures and draws a box around each; learnt from pictures in which people drew boxes.")
DATASETS, TASKS, TARGETS, TARGET = ("images",), ("detection",), ("boxes",), "boxes"
BASES = ("vision",)


class Parameters(TrainingParameters):
    """A small network that finds the middles of things, and its training."""

    width: int = setting(
        16,
        N_("Width"),
        N_("Channels of the first layer; the deeper ones have up to four times as many."),
        group="model",
        multiple_of=8,
        ge=8,
        le=256,
    )
    blocks: int = setting(
        2,
        N_("Blocks of a level"),
        N_("Pairs of convolutions at each level of detail."),
        group="model",
        when={"base": False},
        ge=1,
        le=8,
    )
    side: int = setting(
        512,
        N_("Longest side in pixels"),
        N_("Larger pictures are made smaller before anything is found in them."),
        group="preprocessing",
        ge=32,
        le=2048,
    )
    crop: int = setting(
        160,
        N_("Side of a crop in pixels"),
        N_("Training looks at squares of this side, cut out at random; things must fit into it."),
        group="preprocessing",
        multiple_of=16,
        ge=32,
        le=1024,
    )
    turns: Literal["none", "sideways", "all"] = setting(
        "sideways",
        N_("Mirrored pictures"),
        N_("How pictures may be turned without becoming others: from above or through a microscope, in every way."),
        group="preprocessing",
        labels={"none": N_("Not at all"), "sideways": N_("Left and right"), "all": N_("Turned and mirrored")},
    )
    zoom: float = setting(
        0.25,
        N_("Zoom"),
        N_("By which share crops are made larger or smaller at random."),
        group="preprocessing",
        advanced=True,
        ge=0,
        le=0.9,
    )
    light: float = setting(
        0.2,
        N_("Change of light"),
        N_("By which share crops are made lighter, darker or of another tint at random, for other places and hours."),
        group="preprocessing",
        advanced=True,
        ge=0,
        le=0.9,
    )
    most: int = setting(
        100, N_("Most boxes"), N_("How many are looked for in a picture."), group="model", advanced=True, ge=1, le=1000
    )
    base_pace: float = pacing(0.2)
    epochs: int = again("epochs", 60)
    batch_size: int = again("batch_size", 8)
    learning_rate: float = again("learning_rate", 0.002)
    average: float = again("average", 0.99)
    schedule: Schedule = again("schedule", "one-cycle")
    main_metric: Literal["auto", "map_50", "map_40", "map_50_95", "box_precision", "box_recall"] = judged_by(  # type: ignore[assignment]  # other measures
        {
            "map_50": N_("Mean average precision at half overlap (mAP@0.5)"),
            "map_40": N_("Mean average precision at 0.4 overlap (mAP@0.4)"),
            "map_50_95": N_("Mean average precision, overlaps of 0.5 to 0.95 (COCO)"),
            "box_precision": N_("Right boxes among those found"),
            "box_recall": N_("Found boxes among the right ones"),
        }
    )
