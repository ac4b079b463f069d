"""A base model opened for what it shall learn: to tell kinds apart, to write, or to guess hidden words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import TaskType
from torch import Tensor
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
)

from trainer.recipes.fine_tune import base


@dataclass(frozen=True)
class Opened:
    """`heads` says of a weight's name whether it stands behind the base model: such weights learn whole."""

    model: Any
    task: TaskType | None  # in peft's words
    heads: Callable[[str], bool]
    besides: Mapping[str, Tensor] = field(default_factory=dict)  # what the base has and this does not use


def telling(folder: Path, labels: list[str]) -> Opened:
    """With a head for those kinds. A model that told other kinds before brings a head for those; it is drawn anew."""
    kind: Any = AutoModelForSequenceClassification
    model, _ = _opened(folder, kind, ignore_mismatched_sizes=True, num_labels=len(labels))
    model.config.id2label = dict(enumerate(labels))
    model.config.label2id = {label: place for place, label in enumerate(labels)}
    return Opened(model, TaskType.SEQ_CLS, _named_as_head)


def writing(folder: Path) -> Opened:
    """As it continues texts, or makes one of another."""
    if base.converts(folder):
        return Opened(_opened(folder, AutoModelForSeq2SeqLM)[0], TaskType.SEQ_2_SEQ_LM, _named_as_head)
    return Opened(_opened(folder, AutoModelForCausalLM)[0], TaskType.CAUSAL_LM, _named_as_head)


def guessing(folder: Path) -> Opened:
    """With its own head for hidden words, or a new one on its table of tokens."""
    model, told = _opened(folder, AutoModelForMaskedLM)
    model.config.architectures = [type(model).__name__]
    before = f"{model.base_model_prefix}."
    return Opened(model, None, lambda name: not name.startswith(before), base.besides(folder, told, before))


def _opened(folder: Path, kind: Any, **more: Any) -> tuple[Any, dict[str, Any]]:
    """What the base does not bring is the same each time it is opened."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model, told = base.read_or_tell(
            lambda: kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True, **more)
        )
    base.check_whole(model, told)
    if getattr(model.config, "pad_token_id", None) is None:
        model.config.pad_token_id = getattr(model.config, "eos_token_id", None)  # which Funnel's has not
    return model, told


def _named_as_head(name: str) -> bool:
    return any(part in base.HEADS for part in name.split("."))
