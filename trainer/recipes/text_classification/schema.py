"""What a person may choose for a model on texts."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_
from trainer.recipes.parameters import Optimizer, Schedule, TrainingParameters, again, setting
from trainer.recipes.shared import dropping, forgetting_rare, reading_at_most

NAME, VERSION = "text-classification", 1
TITLE = N_("Text classification")
SUMMARY = N_("Tells which of several kinds a text is of: a mood, a subject, an urgency. Chinese needs no spaces.")
DATASETS, TASKS, TARGETS = ("text", "table"), ("classification",), ("category", "boolean", "number")


class Parameters(TrainingParameters):
    """Words and their parts say what they speak for; their mean, or what windows over words find, is the answer."""

    network: Literal["bag", "cnn"] = setting(
        "bag",
        N_("Network"),
        N_("A bag of words learns in seconds; windows over words notice their order."),
        group="model",
        labels={"bag": N_("Bag of words, pairs and pieces"), "cnn": N_("Windows over words (CNN)")},
    )
    vector_size: int = setting(
        64,
        N_("Size of a word's vector"),
        N_("Numbers that a word becomes. In a bag it becomes one for each class, unless there are more classes."),
        group="model",
        ge=2,
        le=1024,
    )
    windows: int = setting(
        3,
        N_("Words per window"),
        N_("How many neighbouring words a window sees."),
        group="model",
        when={"network": "cnn"},
        ge=1,
        le=9,
    )
    filters: int = setting(
        64,
        N_("Kinds of windows"),
        N_("How many different things the windows look for."),
        group="model",
        when={"network": "cnn"},
        ge=1,
        le=1024,
    )
    dropout: float = dropping(0.3, when={"network": "cnn"})
    vocabulary: int = setting(
        50_000,
        N_("Most words"),
        N_("The most frequent words (and pairs and pieces of words) of the training part; others are not read."),
        group="preprocessing",
        ge=100,
        le=500_000,
    )
    rare_below: int = forgetting_rare(2, N_("Words seen in fewer texts than this are not read."), 1000)
    pieces: int = setting(
        4,
        N_("Letters of a piece"),
        N_("Words that resemble each other share pieces of so many letters; 0: words are read whole only."),
        group="preprocessing",
        advanced=True,
        when={"network": "bag"},
        ge=0,
        le=8,
    )
    length: int = reading_at_most(200, N_("Longest text in words"), 4, 4096)
    batch_size: int = again("batch_size", 64)
    epochs: int = again("epochs", 6)
    optimizer: Optimizer = again("optimizer", "adamw")
    learning_rate: float = again("learning_rate", 3e-3)
    weight_decay: float = again("weight_decay", 0.01)
    schedule: Schedule = again("schedule", "cosine")
