"""What a person may choose when a base model gets to know a field's texts."""

from __future__ import annotations

from copy import copy
from typing import Any

from trainer.contract import N_
from trainer.recipes.fine_tune.schema import USUAL_RATES, Method, Tuned
from trainer.recipes.parameters import setting

NAME, VERSION = "masked-language-model", 1
TITLE = N_("Getting to know a field")
SUMMARY = N_(
    "A base model that reads goes on guessing hidden words in your texts, and so gets to know your field's language; "
    "the result is a base model itself."
)
DATASETS, TASKS, TARGETS = ("corpus", "text", "pairs", "answers"), ("masked",), ("text",)
NEEDS_BASE, BASES = True, ("classification",)

ALL_LEARN: Any = copy(Tuned.model_fields["method"])
ALL_LEARN.default = "full"


class Parameters(Tuned):
    """How much learns, and how much is hidden from it."""

    method: Method = ALL_LEARN
    hidden: float = setting(
        0.15,
        N_("Hidden share"),
        N_("Share of a text's tokens that are hidden and guessed (Devlin et al., BERT, 2019)."),
        group="training",
        ge=0.01,
        le=0.5,
    )

    @classmethod
    def usual_rate(cls, given: dict[str, Any]) -> float:
        return USUAL_RATES.get(str(given.get("method", "full")), USUAL_RATES["full"])
