"""What a person may choose for a model that draws pictures."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_
from trainer.recipes.parameters import TrainingParameters, again, setting, switch
from trainer.recipes.shared import colouring, in_parts, judged_by

NAME, VERSION = "image-generation", 2  # 2: each fold has a judge of its own
TITLE = N_("Image generation")
SUMMARY = N_("Draws new pictures that look like those it learnt from: one network draws, another tells them from real.")
DATASETS, TASKS, TARGETS = ("table", "images"), ("generation",), ("image", "category", "boolean", "number")


class Parameters(TrainingParameters):
    """A pair of networks (DCGAN), and its training."""

    latent: int = setting(
        64, N_("Random numbers"), N_("From how many each picture is drawn."), group="model", ge=2, le=1024
    )
    width: int = setting(
        32,
        N_("Width"),
        N_("Channels of the layer next to the picture; each smaller one has twice as many."),
        group="model",
        multiple_of=8,
        ge=8,
        le=256,
    )
    by_class: bool = switch(
        N_("Draw by class"),
        N_("Where the target tells kinds of pictures apart: learn each, so that one can be asked for."),
        default=True,
        group="model",
    )
    side: int = setting(
        32,
        N_("Side in pixels"),
        N_("Picture files are brought to a square of this side; pixel columns keep their own."),
        group="preprocessing",
        multiple_of=4,
        ge=16,
        le=128,
    )
    colour: Literal["grey", "rgb"] = colouring()
    smoothing: float = setting(
        0.9,
        N_("Real at most"),
        N_("How sure the judging network shall be that a real picture is real; below 1 it stays a better teacher."),
        group="training",
        advanced=True,
        gt=0.5,
        le=1,
    )
    beta1: float = setting(
        0.5,
        N_("Memory of Adam"),
        N_("How much of the mean gradient each step of Adam keeps; two networks that learn from each other want less."),
        group="training",
        advanced=True,
        when={"optimizer": ["adam", "adamw"]},
        ge=0,
        lt=1,
    )
    epochs: int = again("epochs", 30)
    accumulation: int = in_parts()
    average: float = again("average", 0.99)
    learning_rate: float = again("learning_rate", 2e-4)
    main_metric: Literal["auto", "frechet_distance", "judged_score"] = judged_by(  # type: ignore[assignment]  # others
        {
            "frechet_distance": N_("Fréchet distance"),
            "judged_score": N_("Inception score, by a judge of this data"),
        }
    )
