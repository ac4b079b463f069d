"""Texts for a base model: to tell their kinds apart, or as examples of how to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from trainer.contract import N_, JobSpec, Log, SpecError
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Inputs, Resident
from trainer.data.reading import Party, read_parties
from trainer.data.rows import labelled
from trainer.data.target import Target, target_of
from trainer.data.texts import text_fields, texts_of
from trainer.evaluation.examples import LONGEST
from trainer.failures import TrainingError
from trainer.recipes.fine_tune import base, dialogue
from trainer.recipes.fine_tune.answering import Answering
from trainer.recipes.fine_tune.schema import Parameters
from trainer.recipes.fine_tune.telling import Telling
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served

TOKENIZER = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "chat_template.jinja",
)  # fmt: skip
TELLING = """\
from transformers import pipeline
print(pipeline("text-classification", ".", top_k=None)("Your text here."))
"""
WRITING = """\
from transformers import pipeline
print(pipeline("text-generation", ".", max_new_tokens=60)([{"role": "user", "content": "Your question here."}]))
"""


@dataclass(frozen=True)
class TextsForBase:
    """Every row's tokens, and which of them are looked at (reading) or learnt (writing)."""

    parties: list[Party]
    owner: Ints
    target: Target
    folder: Path
    tokenizer: Any
    inputs: Inputs
    fields: list[str]
    parameters: Parameters
    asked: list[str]  # the texts that are read, and the answers given to them
    expected: list[str]

    def shown(self, row: int) -> dict[str, Any]:
        """What stands in a row, where one field is read; which part of a text is of which field is not kept."""
        return {self.fields[0]: self.asked[row][:LONGEST]} if len(self.fields) == 1 else {}

    def prepare(self, rows: Ints) -> Tuning:
        return Tuning(self)


@dataclass(frozen=True)
class Tuning(Preparation):
    """The base model's tokenizer, as it came."""

    source: TextsForBase

    def feed(self, device: torch.device) -> Feed:
        tokens, mask = self.source.inputs
        return Trimmed((tokens.to(device), None if mask is None else mask.to(device)))

    def network(self, outputs: int, device: torch.device) -> base.TunedNetwork:
        source, tells = self.source, self.source.target.task == "classification"
        forward = told if tells else written
        return base.TunedNetwork(
            source.folder, source.target.labels if tells else None, source.parameters, forward, device=device
        )

    def texts(self, rows: Ints) -> list[str]:
        return [self.source.asked[row] for row in rows.tolist()]

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
        fields = [{"name": name, "kind": "text"} for name in self.source.fields]
        return {"kind": self._kind(), "fields": fields, "length": self.source.parameters.length}

    def files(self) -> dict[str, bytes]:
        return {name: path.read_bytes() for name in TOKENIZER if (path := self.source.folder / name).is_file()}

    def snippet(self, config: dict[str, Any]) -> str:
        return TELLING if self.source.target.task == "classification" else WRITING

    def _kind(self) -> str:
        return "text" if self.source.target.task == "classification" else "prompt"


class Trimmed(Resident):
    """Columns behind the longest of those rows are not computed. A row's last token is read or learnt."""

    def take(self, rows: Tensor) -> Inputs:
        tokens, mask = super().take(rows)
        assert mask is not None  # noqa: S101 - rows of texts have one
        used = mask.any(0).nonzero()
        longest = int(used.max()) + 1 if len(used) else 1
        return tokens[:, :longest], mask[:, :longest]


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
    if spec.base is None:
        raise SpecError(N_("Choose the base model that should learn."), field="base")
    folder = Path(spec.base.path)
    tokenizer = base.tokenizer_in(folder)
    most = base.places_of(base.config_in(folder), tokenizer)
    if p.length > most:
        tell(
            Log(level="info", text=N_("The base model reads at most %(most)s tokens at a time."), params={"most": most})
        )
        p = p.model_copy(update={"length": most})
    parties = read_parties(spec)
    reads = _examples if base.writes(folder) else _kinds
    owner, target, inputs, fields, pairs = reads(spec, p, parties, tokenizer, tell)
    return TextsForBase(parties, owner, target, folder, tokenizer, inputs, fields, p, *pairs)


Pairs = tuple[list[str], list[str]]  # questions and answers
Read = tuple[Ints, Target, Inputs, list[str], Pairs]


def _kinds(spec: JobSpec, p: Parameters, parties: list[Party], tokenizer: Any, tell: Tell) -> Read:
    """Texts that have a label, for a base model that reads."""
    known = labelled(parties, spec.target, tell)
    fields = _fields(spec, parties)
    if not fields:
        raise TrainingError(
            "data", N_("No field with texts is chosen."), N_("Choose the field in which the text stands.")
        )
    columns = [texts_of(parties, name) for name in fields]
    texts = ["\n".join(cells) for cells in zip(*columns, strict=True)]
    chosen = [texts[row] for row in known.rows.tolist()]
    target, inputs = target_of(known.column, "classification", None), encoded(tokenizer, chosen, p.length)
    return known.owner, target, inputs, fields, (chosen, [])


def encoded(tokenizer: Any, texts: list[str], length: int) -> Inputs:
    """Tokens, and which of them are a text's own."""
    found = tokenizer(texts, truncation=True, max_length=length, padding="longest", return_tensors="np")
    return torch.from_numpy(found.input_ids.astype(np.int32)), torch.from_numpy(found.attention_mask.astype(np.bool_))


def _examples(spec: JobSpec, p: Parameters, parties: list[Party], tokenizer: Any, tell: Tell) -> Read:
    """Questions and answers, for a base model that writes; without other fields, chats or plain texts."""
    fields = _fields(spec, parties) if spec.fields else []
    examples, asked, answers, owner = [], [], [], []
    for place, party in enumerate(parties):
        own = _chats(party, spec.target, tokenizer) if not fields else []
        own = own or list(_answered(party, spec.target, fields, tokenizer))
        if not own:
            raise TrainingError(
                "data", N_("The data of %(organization)s is empty."), N_("Add texts."), organization=party.name
            )
        for parts, question, answer in own:
            examples.append(parts)
            asked.append(question)
            answers.append(answer)
        owner += [place] * len(own)
    tokens, mask = dialogue.rows_of(tokenizer, examples, p.length)
    sizes = dialogue.bytes_of(tokenizer, tokens, mask)
    inputs = torch.from_numpy(tokens), torch.from_numpy(mask)
    return np.array(owner, np.int64), Target("language", [], sizes), inputs, fields, (asked, answers)


Example = tuple[list[dialogue.Part], str, str]  # its tokens, what is asked, and all that should be answered


def _chats(party: Party, target: str, tokenizer: Any) -> list[Example]:
    """Conversations, where the target holds them; else nothing."""
    chats = dialogue.conversations(texts_of([party], target)) or []
    return [
        (dialogue.parts_of(tokenizer, chat), dialogue.question_of(chat), "".join(dialogue.answers_of(chat)))
        for chat in chats
    ]


def _answered(party: Party, target: str, fields: list[str], tokenizer: Any) -> Iterator[Example]:
    """The target answers what stands in the fields; what has no answer is left out."""
    answers = texts_of([party], target)
    before = [texts_of([party], name) for name in fields]
    questions = ["\n".join(row) for row in zip(*before, strict=True)] if fields else [""] * len(answers)
    for question, answer in zip(questions, answers, strict=True):
        if answer.strip():
            yield dialogue.example(tokenizer, question, answer), question, answer


def _fields(spec: JobSpec, parties: list[Party]) -> list[str]:
    present = text_fields(parties, [spec.target])
    return [name for name in spec.fields if name in present] if spec.fields else present[:1]


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Texts to be told apart, or questions to be answered."""
    kind: Callable[..., Served] = Telling if config["task"] == "classification" else Answering
    return kind(folder, config, preprocessing)
