"""What a person may choose when a base model goes on learning."""

from __future__ import annotations

from typing import Any, Literal

from trainer.contract import N_
from trainer.recipes.parameters import again, setting
from trainer.recipes.shared import TransformerTraining, rate_if_chosen, reading_at_most, sharding

NAME, VERSION = "fine-tune", 2  # 2: last layers of a model that reads and writes are the writer's first
TITLE = N_("Fine-tuning")
SUMMARY = N_("A base model that has read much before learns from your texts: to tell kinds apart, or to answer.")
DATASETS = ("text", "pairs", "answers", "chat", "corpus", "table")
TASKS = ("classification", "language")
TARGETS = ("category", "boolean", "number", "text")
NEEDS_BASE = True


# Additions and new heads begin at nothing and go far; weights that know much already must not forget it. Of MiniLM on
# film reviews additions learn somewhat more at 0.002 and nothing any more at 0.004, so this keeps a distance.
USUAL_RATES = {"lora": 1e-3, "qlora": 1e-3, "last": 5e-4, "full": 1e-4}
Method = Literal["lora", "qlora", "full", "last"]
ADDITIONS = ("lora", "qlora")  # methods in which the base model's own weights stay as they are


class Tuned(TransformerTraining):
    """How much of a base model learns, and how."""

    method: Method = setting(
        "lora",
        N_("What learns"),
        N_(
            "Small additions to every layer need little memory, least where the rest is held in four bits; all weights "
            "learn most; the last layers are quick."
        ),
        group="model",
        labels={
            "lora": N_("Small additions (LoRA)"),
            "qlora": N_("QLoRA: small additions to a base model held in four bits"),
            "full": N_("All weights"),
            "last": N_("The last layers"),
        },
    )
    rank: int = setting(
        8,
        N_("Rank of the additions"),
        N_("How much the additions can hold (Hu et al., LoRA, 2021)."),
        group="model",
        when={"method": list(ADDITIONS)},
        ge=1,
        le=256,
    )
    last_layers: int = setting(
        2,
        N_("Layers that learn"),
        N_(
            "Counted from the answer backwards; those before them stay as they are. Where one part reads and another "
            "writes, the writing part's come first."
        ),
        group="model",
        when={"method": "last"},
        ge=1,
        le=200,
    )
    dropout: float = setting(
        0.0,
        N_("Dropout"),
        N_("Share of the additions' inputs left out at random in each step, against overfitting."),
        group="model",
        when={"method": list(ADDITIONS)},
        ge=0,
        lt=1,
    )
    length: int = reading_at_most(128, N_("Longest text in tokens"), 8, 8192)
    epochs: int = again("epochs", 1)
    learning_rate: float = rate_if_chosen(
        N_("How far one step moves the weights. Empty: 0.001 for additions, 0.0005 for last layers, 0.0001 for all.")
    )
    weight_decay: float = again("weight_decay", 0.01)
    sharded: bool = sharding()

    @classmethod
    def usual_rate(cls, given: dict[str, Any]) -> float:
        return USUAL_RATES.get(str(given.get("method", "lora")), USUAL_RATES["lora"])


class Parameters(Tuned):
    """And what is asked of one that writes."""

    written_samples: int = setting(
        8,
        N_("Answers to compare"),
        N_("So many held-out questions are answered and compared with the answers given; 0 for none."),
        group="evaluation",
        advanced=True,
        ge=0,
        le=500,
    )
