"""What a person may choose for a model that takes noise out of pictures."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_
from trainer.recipes.parameters import Schedule, TrainingParameters, again, setting, switch
from trainer.recipes.shared import colouring, judged_by

NAME, VERSION = "image-denoising", 1
TITLE = N_("Image denoising")
SUMMARY = N_("Takes noise out of pictures; learnt from clean ones, to which noise is added.")
DATASETS, TASKS, TARGETS, TARGET = ("images",), ("restoration",), ("image",), "image"


class Parameters(TrainingParameters):
    """A DnCNN, the noise that it learns to see, and its training."""

    depth: int = setting(
        8,
        N_("Depth"),
        N_("Convolutions, one after the other; the more, the further around each pixel the model looks."),
        group="model",
        ge=3,
        le=32,
    )
    width: int = setting(32, N_("Channels"), N_("Channels between the convolutions."), group="model", ge=4, le=256)
    colour: Literal["grey", "rgb"] = colouring()
    noise: float = setting(
        25.0,
        N_("Noise level"),
        N_("Standard deviation of the added noise, of pixels from 0 to 255; held-out pictures are judged at it."),
        group="preprocessing",
        ge=1,
        le=100,
    )
    blind: bool = switch(
        N_("Every level"),
        N_("Learn all levels up to this one, for pictures of which nobody knows how noisy they are."),
        default=False,
        group="preprocessing",
    )
    patch: int = setting(
        40,
        N_("Side of a patch in pixels"),
        N_("Training looks at squares of this side, cut out at random."),
        group="preprocessing",
        ge=8,
        le=256,
    )
    patches: int = setting(
        2,
        N_("Patches of a picture"),
        N_("How many are cut out of each picture of a batch."),
        group="training",
        ge=1,
        le=256,
    )
    epochs: int = again("epochs", 40)
    batch_size: int = again("batch_size", 8)
    schedule: Schedule = again("schedule", "cosine")
    main_metric: Literal["auto", "psnr", "psnr_gain", "ssim"] = judged_by(  # type: ignore[assignment]  # other measures
        {
            "psnr": N_("Peak signal-to-noise ratio (dB)"),
            "psnr_gain": N_("Gain over the noisy picture (dB)"),
            "ssim": N_("Structural similarity (SSIM)"),
        }
    )
