"""What a person may choose for a search that learns."""

from __future__ import annotations

from typing import Any, Literal

from trainer.contract import N_, SpecError
from trainer.recipes.parameters import again, setting
from trainer.recipes.shared import TransformerTraining, in_parts, judged_by, reading_at_most

NAME, VERSION = "retrieval-qa", 1
TITLE = N_("Answers with sources")
SUMMARY = N_("Finds the passage that answers a question asked in other words, and says when none of them does.")
DATASETS, TASKS, TARGETS = ("answers", "pairs", "text", "table"), ("retrieval",), ("text",)
NEEDS_BASE, BASES = True, ("classification",)  # one that reads: a writer does not look at what follows a word

USUAL_RATE = 5e-5


class Parameters(TransformerTraining):
    """Questions and passages become vectors by one base model; right pairs shall lie near each other."""

    temperature: float = setting(
        0.05,
        N_("Temperature"),
        N_("How sharply the right passage is told from the others of a batch: the smaller, the sharper."),
        group="model",
        gt=0,
        le=1,
    )
    length: int = reading_at_most(128, N_("Longest text in tokens"), 8, 8192)
    source_field: str = setting(
        "",
        N_("Field of the source"),
        N_("Where a passage comes from: a number, a page, an address; it stands beside the answer. May be left empty."),
        group="preprocessing",
        widget="field",
        max_length=200,
    )
    refused: float = setting(
        0.05,
        N_("Share refused"),
        N_("Below its limit it says “not known”; the limit refuses so many of the validation questions that it found."),
        group="evaluation",
        ge=0,
        lt=1,
    )
    main_metric: Literal["auto", "recall_at_1", "recall_at_5", "mrr"] = judged_by(  # type: ignore[assignment]  # others
        {
            "recall_at_1": N_("Right source first"),
            "recall_at_5": N_("Right source among the first five"),
            "mrr": N_("Mean reciprocal rank"),
        }
    )
    batch_size: int = again("batch_size", 32)
    accumulation: int = in_parts()
    epochs: int = again("epochs", 1)
    learning_rate: float = again("learning_rate", USUAL_RATE)
    weight_decay: float = again("weight_decay", 0.01)

    def check_chosen(self) -> None:
        """A passage is told from those beside it: alone it is always the right one, and nothing is learnt."""
        if self.batch_size < 2 * self.accumulation:
            raise SpecError(
                N_("Each part of a batch needs 2 rows at least: a passage is told from those of the other rows."),
                field="batch_size",
            )

    @classmethod
    def usual_rate(cls, given: dict[str, Any]) -> float:
        return USUAL_RATE
