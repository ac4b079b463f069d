"""What a person may choose for a language model."""

from __future__ import annotations

from typing import Any, Literal

from trainer.contract import N_, SpecError
from trainer.recipes.parameters import again, setting
from trainer.recipes.shared import TransformerTraining, dropping, rate_if_chosen, sharding

NAME, VERSION = "language-model", 2  # 2: tokens of masked texts are others
TITLE = N_("Language model")
SUMMARY = N_("Learns from plain texts, from scratch, to write the way they are written; with a vocabulary of its own.")
DATASETS, TASKS, TARGETS = ("corpus", "text", "pairs", "answers"), ("language",), ("text",)


# The best rate falls as the width grows (Yang et al., Tensor Programs V, 2022, table 3).
USUAL_RATE, USUAL_WIDTH = 3e-3, 128


class Parameters(TransformerTraining):
    """A transformer that reads from left to right, and its training."""

    layers: int = setting(4, N_("Layers"), N_("Blocks of attention, one above the other."), group="model", ge=1, le=64)
    width: int = setting(
        128,
        N_("Width"),
        N_("Numbers that carry each place of the text through the layers."),
        group="model",
        ge=16,
        le=8192,
    )
    heads: int = setting(
        4, N_("Attention heads"), N_("How many things a layer looks for at a time; they share the width."),
        group="model", ge=1, le=128,
    )  # fmt: skip
    context: int = setting(
        128, N_("Context in tokens"), N_("How far the model looks back."), group="model", ge=8, le=8192
    )
    dropout: float = dropping()
    tokenizer: Literal["bpe", "characters"] = setting(
        "bpe",
        N_("Tokens"),
        N_("Pieces of words that the corpus repeats, or single letters."),
        group="preprocessing",
        labels={"bpe": N_("Pieces of words (byte-level BPE)"), "characters": N_("Letters")},
    )
    vocabulary: int = setting(
        4096, N_("Most tokens"), N_("Different tokens that the model knows."), group="preprocessing", ge=260, le=200_000
    )
    epochs: int = again("epochs", 3)
    learning_rate: float = rate_if_chosen(
        N_("How far one step moves the weights. Empty: 0.003 up to a width of 128, and less the wider the model.")
    )
    weight_decay: float = again("weight_decay", 0.1)
    sharded: bool = sharding()

    @classmethod
    def usual_rate(cls, given: dict[str, Any]) -> float:
        width = given.get("width", USUAL_WIDTH)
        return USUAL_RATE / (max(1.0, width / USUAL_WIDTH) if isinstance(width, int) else 1.0)

    def check_chosen(self) -> None:
        """Every head gets an even share of the width, for its places turn pairs of numbers."""
        if self.width % (2 * self.heads):
            raise SpecError(
                N_("With %(heads)s heads the width must be a multiple of %(unit)s."),
                {"heads": self.heads, "unit": 2 * self.heads},
                field="width",
            )
