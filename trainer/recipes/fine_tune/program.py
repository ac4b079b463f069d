"""Texts for a base model: to tell their kinds apart, or as examples of how to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from trainer.contract import JobSpec
from trainer.data.beginnings import beginning
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Inputs
from trainer.data.reading import Party, read_parties
from trainer.data.spill import spill_for
from trainer.data.target import Target
from trainer.data.texts import texts_at
from trainer.evaluation.examples import LONGEST
from trainer.objectives import Objective, objective_of
from trainer.recipes.fine_tune import base, opening, reading
from trainer.recipes.fine_tune.answering import Answering
from trainer.recipes.fine_tune.converted import ByAnswer, converted, feed_of
from trainer.recipes.fine_tune.converting import Converting
from trainer.recipes.fine_tune.pairs import pairs, start_of
from trainer.recipes.fine_tune.reading import Rows
from trainer.recipes.fine_tune.schema import Parameters
from trainer.recipes.fine_tune.telling import Telling
from trainer.recipes.fine_tune.tuned import TunedNetwork
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served

BYTES_PER_BYTE = 8  # of texts: themselves, what is kept of them, and their tokens, the latter two twice

TELLING = """\
from transformers import pipeline
print(pipeline("text-classification", ".", top_k=None)("Your text here."))
"""
WRITING = """\
from transformers import pipeline
print(pipeline("text-generation", ".", max_new_tokens=60)([{"role": "user", "content": "Your question here."}]))
"""
CONVERTING = """\
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained("."), AutoTokenizer.from_pretrained(".")
text = tokenizer("Your text here.", truncation=True, return_tensors="pt")
print(tokenizer.decode(model.generate(**text, max_new_tokens=60)[0], skip_special_tokens=True))
"""


@dataclass(frozen=True)
class TextsForBase:
    """Every row's tokens, and which of them are looked at (reading) or learnt (writing)."""

    parties: list[Party]
    folder: Path
    tokenizer: Any
    parameters: Parameters
    rows: Rows

    @property
    def owner(self) -> Ints:
        return self.rows.owner

    @property
    def target(self) -> Target:
        return self.rows.target

    @property
    def together(self) -> Ints | None:
        """A text that is to be made another of, and stands there twice, is never on both sides of a split."""
        return self.rows.text_of

    @property
    def tells(self) -> bool:
        """Whether kinds are told apart; else answers are written."""
        return self.target.task == "classification"

    def shown(self, row: int) -> dict[str, Any]:
        """What stands in a row, where kinds are told apart."""
        return dict(zip(self.rows.fields, self.rows.excerpts.of(row), strict=True))

    def asked(self, row: int) -> str:
        """What stands before the answer, where answers are written; empty where there are texts alone."""
        return self.rows.excerpts.of(row)[0]

    def expected(self, row: int) -> str:
        return self.rows.excerpts.of(row)[1]

    def quoted(self, row: int) -> str:
        """A question, what a chat begins with, or how a text begins that answers none."""
        asked, answer, *opening = self.rows.excerpts.of(row)
        return asked.strip()[:LONGEST] or (opening[0] if opening else beginning(answer))

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        if self.rows.second is not None:
            return ByAnswer()
        return objective_of(self.target, rows, parameters, device)

    def prepare(self, rows: Ints) -> Tuning:
        return Tuning(self)


@dataclass(frozen=True)
class Tuning(Preparation):
    """The base model's tokenizer, as it came."""

    source: TextsForBase

    def feed(self, device: torch.device) -> Feed:
        rows, tokenizer, tells = self.source.rows, self.source.tokenizer, self.source.tells
        if rows.second is not None:
            return feed_of(rows.encoded, rows.second, device)
        left = tells and tokenizer.padding_side == "left"  # what is written must stand in front
        return rows.encoded.feed(tokenizer.pad_token_id or 0, device, left=left)

    def network(self, outputs: int, device: torch.device) -> TunedNetwork:
        source = self.source
        forward = told if source.tells else written if source.rows.second is None else converted
        opened = (
            opening.telling(source.folder, source.target.labels) if source.tells else opening.writing(source.folder)
        )
        return TunedNetwork(opened, source.parameters, forward, device=device)

    def texts(self, rows: Ints) -> list[str]:
        known = self.source.rows
        return reading.joined(texts_at(self.source.parties, known.fields, known.places[rows]))

    def of_texts(self, texts: list[str], device: torch.device) -> Inputs:
        tokens, mask = encoded(self.source.tokenizer, texts, self.source.parameters.length)
        return tokens.to(device), None if mask is None else mask.to(device)

    def spans(self, texts: list[str]) -> list[list[tuple[int, int]]]:
        length = self.source.parameters.length
        if not self.source.tokenizer.is_fast:
            return []
        found = self.source.tokenizer(
            texts, truncation=True, max_length=length, padding="longest", return_offsets_mapping=True
        )
        return [[(begin, end) for begin, end in own] for own in found["offset_mapping"]]

    def to_json(self) -> dict[str, Any]:
        source = self.source
        fields = [{"name": name, "kind": "text"} for name in source.rows.fields]
        kind = "text" if source.tells else "prompt"
        return {"kind": kind, "fields": fields, "length": source.parameters.length}

    def files(self) -> dict[str, bytes]:
        return base.files_of(self.source.folder)

    def snippet(self, config: dict[str, Any]) -> str:
        if self.source.tells:
            return TELLING
        return WRITING if self.source.rows.second is None else CONVERTING


def told(module: nn.Module, inputs: Inputs) -> Tensor:
    """The logits of each kind."""
    tokens, mask = inputs
    logits: Tensor = module(input_ids=tokens.long(), attention_mask=mask.long() if mask is not None else None).logits
    return logits


def written(module: nn.Module, inputs: Inputs) -> Tensor:
    """The logits of what follows each token. What fills a row up stands behind it, where nobody looks."""
    logits: Tensor = module(input_ids=inputs[0][:, :-1].long()).logits
    return logits


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> TextsForBase:
    """Kinds for a target of categories; else the target is what the model should learn to write."""
    p = cast("Parameters", parameters)
    folder = base.folder_of(spec)
    tokenizer = base.tokenizer_in(folder)
    p = p.model_copy(update={"length": base.length_of(p.length, folder, tokenizer, tell)})
    spill = spill_for(spec, lambda stored: BYTES_PER_BYTE * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    reads: Callable[..., Rows] = reading.examples if base.writes(folder) else reading.kinds
    if base.converts(folder):
        reads = partial(pairs, start=start_of(folder, tokenizer))
    rows = reads(spec, p.length, parties, tokenizer, spill, tell)
    base.check_known(folder, rows.encoded)
    if rows.second is not None:
        base.check_known(folder, rows.second, written=True)
    return TextsForBase(parties, folder, tokenizer, p, rows)


def encoded(tokenizer: Any, texts: list[str], length: int) -> Inputs:
    """Tokens, and which of them are a text's own."""
    found = tokenizer(texts, truncation=True, max_length=length, padding="longest", return_tensors="np")
    return torch.from_numpy(found.input_ids.astype(np.int32)), torch.from_numpy(found.attention_mask.astype(np.bool_))


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Texts to be told apart, or questions to be answered."""
    kind: Callable[..., Served] = Converting if config.get("is_encoder_decoder") else Answering
    return (Telling if config["task"] == "classification" else kind)(folder, config, preprocessing)
