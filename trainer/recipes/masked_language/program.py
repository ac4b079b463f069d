"""Texts with hidden words, and a base model that reads and guesses them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from trainer.contract import N_, JobSpec, Log
from trainer.data.beginnings import gapped
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Inputs
from trainer.data.reading import Party, read_parties
from trainer.data.spill import spill_for
from trainer.data.target import Target
from trainer.failures import TrainingError
from trainer.objectives import IGNORED, ByToken, Objective
from trainer.recipes.fine_tune import base, opening
from trainer.recipes.fine_tune.converted import NONE, feed_of
from trainer.recipes.fine_tune.program import BYTES_PER_BYTE
from trainer.recipes.fine_tune.tuned import TunedNetwork
from trainer.recipes.masked_language.guessing import Guessing
from trainer.recipes.masked_language.hiding import Hidden, hidden
from trainer.recipes.masked_language.schema import Parameters
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served

SNIPPET = """\
from transformers import pipeline
guess = pipeline("fill-mask", ".")
print(guess(f"Your text with one {guess.tokenizer.mask_token} here."))
"""


@dataclass(frozen=True)
class TextsWithHidden:
    """Every row's tokens, and which of them are to be guessed."""

    parties: list[Party]
    folder: Path
    tokenizer: Any
    parameters: Parameters
    field: str
    rows: Hidden

    @property
    def owner(self) -> Ints:
        return self.rows.owner

    @property
    def target(self) -> Target:
        return self.rows.target

    @property
    def together(self) -> Ints:
        """Pieces of one text, and a text that stands there twice, are never on both sides of a split."""
        return self.rows.text_of

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        return ByHidden()

    def quoted(self, row: int) -> str:
        """With what was hidden, and a word of its beginning left out."""
        begin, end = self.rows.shown.begins[row : row + 2]
        shown, wanted = self.rows.shown.tokens[begin:end], self.rows.wanted.tokens[begin:end]
        whole = np.where(wanted == NONE, shown, wanted).tolist()
        return gapped(self.tokenizer.decode(whole, skip_special_tokens=True))

    def prepare(self, rows: Ints) -> Knowing:
        return Knowing(self)


@dataclass(frozen=True)
class Knowing(Preparation):
    """The base model's tokenizer, as it came."""

    source: TextsWithHidden

    def feed(self, device: torch.device) -> Feed:
        return feed_of(self.source.rows.shown, self.source.rows.wanted, device)

    def network(self, outputs: int, device: torch.device) -> TunedNetwork:
        return TunedNetwork(opening.guessing(self.source.folder), self.source.parameters, guessed, device=device)

    def to_json(self) -> dict[str, Any]:
        fields = [{"name": self.source.field, "kind": "text"}]
        return {"kind": "hidden", "fields": fields, "length": self.source.parameters.length}

    def files(self) -> dict[str, bytes]:
        return base.files_of(self.source.folder)

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET


def guessed(module: nn.Module, inputs: Inputs) -> Tensor:
    """The logits of every token."""
    shown = inputs[0]
    logits: Tensor = module(input_ids=shown.long().clamp(min=0), attention_mask=(shown != NONE).long()).logits
    return logits


class ByHidden(ByToken):
    """Cross-entropy of each hidden token."""

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        own = inputs[1]
        assert own is not None  # noqa: S101 - every row hides something
        return torch.where(own == NONE, IGNORED, own.long())


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> TextsWithHidden:
    """The target holds the texts."""
    p = cast("Parameters", parameters)
    folder = base.folder_of(spec)
    tokenizer = checked(folder)
    if not base.guesses(folder):
        text = N_("The base model brings no head that guesses words: a new one begins on its table of tokens.")
        tell(Log(level="info", text=text))
    p = p.model_copy(update={"length": base.length_of(p.length, folder, tokenizer, tell)})
    spill = spill_for(spec, lambda stored: BYTES_PER_BYTE * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    rows = hidden(
        parties, spec.target, tokenizer, known=base.known_in(folder), length=p.length, share=p.hidden, seed=spec.seed,
        spill=spill,
    )  # fmt: skip
    base.check_known(folder, rows.shown, rows.wanted)
    return TextsWithHidden(parties, folder, tokenizer, p, spec.target, rows)


def checked(folder: Path) -> Any:
    """The tokenizer of a base model whose words can be hidden; else TrainingError."""
    if base.writes(folder) or base.converts(folder):
        raise TrainingError(
            "data",
            N_("This base model writes; hidden words are guessed by one that only reads."),
            N_("Choose a base model that tells kinds apart, or the recipe “Fine-tuning”."),
        )
    tokenizer = base.tokenizer_in(folder)
    if tokenizer.mask_token_id is None or not tokenizer.is_fast:
        raise TrainingError(
            "data",
            N_("The base model has no token that says that a word is hidden."),
            N_("Choose another base model."),
        )
    return tokenizer


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A text with gaps, and what may have stood in them."""
    return Guessing(folder, config, preprocessing)
