"""What a person may choose for a model on pictures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.contract import N_
from trainer.recipes.parameters import TrainingParameters, setting
from trainer.recipes.shared import Activation, Widths, activating, colouring, dropping, hidden, pacing, without_base

NAME, VERSION = "image-classification", 1
TITLE = N_("Image classification")
SUMMARY = N_("Tells which of several kinds a picture shows; from pixel columns of a table or from picture files.")
DATASETS, TASKS, TARGETS = ("table", "images"), ("classification",), ("category", "boolean", "number")
BASES = ("vision",)

Channels = Annotated[int, Field(ge=1, le=512)]


class Parameters(TrainingParameters):
    """A fully connected or a small convolutional network, or a base model under a new layer, and its training."""

    network: Literal["mlp", "cnn"] = setting(
        "mlp",
        N_("Network"),
        N_("Fully connected layers learn fastest; convolutions see shapes wherever they are."),
        group="model",
        labels={"mlp": N_("Fully connected (MLP)"), "cnn": N_("Convolutional (CNN)")},
        when={"base": False},
    )
    channels: Annotated[list[Channels], Field(min_length=1, max_length=4)] = setting(
        [16, 32],
        N_("Convolution channels"),
        N_("Channels of each convolution; each halves the side of the picture."),
        group="model",
        widget="integers",
        when={"network": "cnn", "base": False},
    )
    hidden_layers: Widths = without_base(
        hidden([128, 64], N_("Neurons of each fully connected layer before the answer."))
    )
    activation: Activation = without_base(activating())
    dropout: float = dropping()
    side: int = setting(
        28,
        N_("Side in pixels"),
        N_("Picture files are brought to a square of this side; pixel columns keep their own."),
        group="preprocessing",
        when={"base": False},
        ge=8,
        le=256,
    )
    base_side: int = setting(
        128,
        N_("Side in pixels"),
        N_("Picture files are brought to a square of this side, in colour; larger ones are seen better and slower."),
        group="preprocessing",
        when={"base": True},
        ge=32,
        le=512,
    )
    colour: Literal["grey", "rgb"] = without_base(colouring())
    base_pace: float = pacing(0.0)
