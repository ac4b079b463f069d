"""What a person may choose for a model that makes one text of another."""

from __future__ import annotations

from typing import Any, Literal

from trainer.contract import N_, SpecError
from trainer.recipes.parameters import again, setting
from trainer.recipes.shared import TransformerTraining, dropping, rate_if_chosen, reading_at_most

NAME, VERSION = "sequence-to-sequence", 2  # 2: tokens of rare Chinese letters and of masked texts are others
TITLE = N_("Translation")
SUMMARY = N_("Learns from pairs of texts, from scratch, to make the one of the other: a sentence in another language.")
DATASETS, TASKS, TARGETS = ("pairs", "answers"), ("language",), ("text",)
NEEDS_TRANSFORMERS = True


# The best rate falls as the width grows (Yang et al., Tensor Programs V, 2022, table 3).
USUAL_RATE, USUAL_WIDTH = 2e-3, 128


class Parameters(TransformerTraining):
    """A transformer that reads a text and writes another, and its training."""

    layers: int = setting(
        2, N_("Layers"), N_("Blocks of attention, one above the other; as many that read as that write."),
        group="model", ge=1, le=24,
    )  # fmt: skip
    width: int = setting(
        128, N_("Width"), N_("Numbers that carry each place of the text through the layers."),
        group="model", ge=16, le=2048,
    )  # fmt: skip
    heads: int = setting(
        4, N_("Attention heads"), N_("How many things a layer looks for at a time; they share the width."),
        group="model", ge=1, le=64,
    )  # fmt: skip
    dropout: float = dropping(0.1)
    smoothing: float = setting(
        0.1,
        N_("Label smoothing"),
        N_("So much of each right token's share goes to all others, against answers that are too sure."),
        group="training",
        advanced=True,
        ge=0,
        lt=1,
    )
    tokenizer: Literal["bpe", "characters"] = setting(
        "bpe",
        N_("Tokens"),
        N_("Pieces of words that the texts repeat, or single letters. A Chinese letter always stands for itself."),
        group="preprocessing",
        labels={"bpe": N_("Pieces of words (byte-level BPE)"), "characters": N_("Letters")},
    )
    vocabulary: int = setting(
        4096, N_("Most tokens"), N_("Different tokens that the model knows."), group="preprocessing", ge=260, le=100_000
    )
    length: int = reading_at_most(64, N_("Longest text in tokens"), 8, 1024)
    beams: int = setting(
        4,
        N_("Beams"),
        N_("So many beginnings of an answer are followed at a time; 1 follows the likeliest token alone."),
        group="evaluation",
        advanced=True,
        ge=1,
        le=16,
    )
    written_samples: int = setting(
        200,
        N_("Answers to compare"),
        N_("So many held-out questions are answered and compared with the answers given; 0 for none."),
        group="evaluation",
        advanced=True,
        ge=0,
        le=500,
    )
    batch_size: int = again("batch_size", 64)
    epochs: int = again("epochs", 30)
    learning_rate: float = rate_if_chosen(
        N_("How far one step moves the weights. Empty: 0.002 up to a width of 128, and less the wider the model.")
    )
    weight_decay: float = again("weight_decay", 0.01)

    @classmethod
    def usual_rate(cls, given: dict[str, Any]) -> float:
        width = given.get("width", USUAL_WIDTH)
        return USUAL_RATE / (max(1.0, width / USUAL_WIDTH) if isinstance(width, int) else 1.0)

    def check_chosen(self) -> None:
        """Every head gets an even share of the width, for places are told by pairs of numbers."""
        if self.width % (2 * self.heads):
            raise SpecError(
                N_("With %(heads)s heads the width must be a multiple of %(unit)s."),
                {"heads": self.heads, "unit": 2 * self.heads},
                field="width",
            )
