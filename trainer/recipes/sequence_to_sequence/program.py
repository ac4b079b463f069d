"""Pairs of texts: the tokens of both, and the transformer that reads the one and writes the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from tokenizers import Tokenizer

from trainer.contract import N_, JobSpec
from trainer.data import tokens
from trainer.data.columns import Floats, Ints
from trainer.data.feed import Ahead, Feed
from trainer.data.lines import Collecting, Encoded, Paired
from trainer.data.reading import Party, read_parties
from trainer.data.spill import Spill, growing, spill_for
from trainer.data.target import Target
from trainer.data.texts import Excerpts, batches_of, check_pairs, chosen_fields, known_by, text_fields
from trainer.evaluation.examples import LONGEST
from trainer.failures import TrainingError
from trainer.module import ModuleNetwork
from trainer.objectives import Objective
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.recipes.sequence_to_sequence.network import ByAnswer, built, described, initialise, shaped, written
from trainer.recipes.sequence_to_sequence.schema import Parameters
from trainer.recipes.sequence_to_sequence.translating import Translator, cut
from trainer.serving import Served

BYTES_PER_BYTE = 8  # of texts: themselves, what is kept of them, and their tokens, the latter two twice
ROWS = 65_536  # whose tokens are looked at at a time

SNIPPET = """\
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained("."), AutoTokenizer.from_pretrained(".")
text = tokenizer("Your text here.", truncation=True, return_tensors="pt")
said = model.generate(text.input_ids, attention_mask=text.attention_mask, num_beams={beams}, max_new_tokens={length})
print(tokenizer.decode(said[0], skip_special_tokens=True))
"""

Pair = tuple[str, str]


@dataclass(frozen=True)
class PairSource:
    """Every pair; the target are the bytes of what is to be written."""

    parties: list[Party]
    owner: Ints
    file_rows: Ints  # which of the files these are
    target: Target
    tokenizer: Tokenizer
    fields: list[str]
    first: Encoded
    second: Encoded
    text_of: Ints  # the same number for the same first text
    excerpts: Excerpts
    parameters: Parameters

    @property
    def together(self) -> Ints:
        """A text that stands there twice is never on both sides of a split."""
        return self.text_of

    def asked(self, row: int) -> str:
        """What is read."""
        return self.excerpts.of(row)[0]

    def expected(self, row: int) -> str:
        return self.excerpts.of(row)[1]

    def quoted(self, row: int) -> str:
        return self.asked(row)[:LONGEST]

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        return ByAnswer(self.parameters.smoothing)

    def prepare(self, rows: Ints) -> Translation:
        return Translation(self)


@dataclass(frozen=True)
class Translation(Preparation):
    """The tokenizer travels with the model; it learnt from all texts how words are spelt, and nothing else."""

    source: PairSource

    def feed(self, device: torch.device) -> Feed:
        first, second = self.source.first, self.source.second
        where = torch.device("cpu") if first.in_file else device
        found = Paired(first.filled(0, where), second.filled(0, where))
        return Ahead(found, device) if first.in_file else found

    def network(self, outputs: int, device: torch.device) -> ModuleNetwork:
        source = self.source
        config = shaped(source.parameters, source.tokenizer.get_vocab_size(), tokens.end_of(source.tokenizer))
        return ModuleNetwork(
            built(config), written, device=device, described=described(config),
            tokens=source.parameters.length, initialise=initialise,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        fields = [{"name": name, "kind": "text"} for name in self.source.fields]
        p = self.source.parameters
        return {"kind": "prompt", "fields": fields, "length": p.length, "beams": p.beams}

    def files(self) -> dict[str, bytes]:
        told = self.source.tokenizer.to_str(pretty=False).encode()
        settings = tokens.settings(self.source.parameters.length, pad_token=tokens.FILL)
        return {"tokenizer.json": told, "tokenizer_config.json": settings}

    def snippet(self, config: dict[str, Any]) -> str:
        p = self.source.parameters
        return SNIPPET.format(beams=p.beams, length=min(60, p.length))


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> PairSource:
    """The target is written after what stands in the other fields."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: BYTES_PER_BYTE * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    fields = chosen_fields(spec, parties, tell) if spec.fields else text_fields(parties, [spec.target])[:1]
    if not fields:
        raise TrainingError(
            "data", N_("No field with texts is chosen."), N_("Choose the field in which the text stands.")
        )
    names = [*fields, spec.target]
    masked = bool(set(names) & set(spec.masked))
    tokenizer = tokens.learn_filled(_texts(parties, names, joined=masked), p.tokenizer, p.vocabulary, masked=masked)
    return _source(p, parties, names, tokenizer, spill, tell)


def _texts(parties: list[Party], names: list[str], *, joined: bool) -> Iterator[list[str]]:
    """Both sides, batch by batch; `joined` where it counts in how many pairs something stands."""
    for batch in _pairs(parties, names):
        yield [text for pair in batch.values() for text in ([" ".join(pair)] if joined else pair)]


def _pairs(parties: list[Party], names: list[str]) -> Iterator[dict[int, Pair]]:
    """Those of which neither side is empty, by their place among all rows of those parties."""
    read = 0
    for batch in batches_of(parties, names):
        both = (("\n".join(before).strip(), told.strip()) for *before, told in batch)
        yield {place: pair for place, pair in enumerate(both, read) if all(pair)}
        read += len(batch)


def _source(
    p: Parameters, parties: list[Party], names: list[str], tokenizer: Tokenizer, spill: Spill | None, tell: Tell
) -> PairSource:  # fmt: skip
    first, second = Collecting(spill, writes=False), Collecting(spill, writes=False)
    excerpts, text_of, rows = Excerpts(spill), growing(np.int64, None), growing(np.int64, None)
    seen: dict[bytes, int] = {}
    end, counts, read = tokens.end_of(tokenizer), list[int](), 0
    for party in parties:
        counts.append(0)
        for batch in _pairs([party], names):
            asked, told = [one for one, _ in batch.values()], [other for _, other in batch.values()]
            first.add([cut(one.ids, p.length, end) for one in tokenizer.encode_batch_fast(asked)])
            second.add([[end, *cut(one.ids, p.length, end)] for one in tokenizer.encode_batch_fast(told)])
            text_of.add(np.array([seen.setdefault(known_by(text), len(seen)) for text in asked], np.int64))
            rows.add(read + np.fromiter(batch, np.int64))
            excerpts.add(list(batch.values()))
            counts[-1] += len(batch)
        check_pairs(party, counts[-1], tell)
        read += party.rows
    written_by = second.whole()
    target = Target("language", [], _bytes_of(written_by, tokens.sizes(tokenizer)))
    owner = np.repeat(np.arange(len(parties)), counts)
    return PairSource(
        parties, owner, rows.whole(), target, tokenizer, names[:-1], first.whole(), written_by, text_of.whole(),
        excerpts.closed(), p,
    )  # fmt: skip


def _bytes_of(lines: Encoded, sizes: Ints) -> Floats:
    """How many bytes of text each row's tokens stand for, of which it has some; they may lie in a file."""
    found = np.empty(len(lines.begins) - 1)
    for first in range(0, len(found), ROWS):
        own = lines.begins[first : first + ROWS + 1]
        told = sizes[lines.tokens[own[0] : own[-1]]]
        found[first : first + ROWS] = np.add.reduceat(told, own[:-1] - own[0])
    return found


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A text to be translated, as “text”."""
    return Translator(folder, config, preprocessing)
