"""Texts to be continued: windows over the stream of tokens, and the transformer that reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from trainer.contract import N_, JobSpec
from trainer.data import tokens
from trainer.data.beginnings import beginning
from trainer.data.columns import Floats, Ints
from trainer.data.feed import Ahead, Feed, Inputs
from trainer.data.reading import Party, read_parties
from trainer.data.spill import BLOCK, Spill, growing, spill_for
from trainer.data.target import Target
from trainer.data.texts import batches_of
from trainer.failures import TrainingError
from trainer.module import ModuleNetwork
from trainer.recipes.language_model.network import Shape, Transformer, describe, described, initialise
from trainer.recipes.language_model.schema import Parameters
from trainer.recipes.language_model.writing import Writer
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served, weights_in

BYTES_PER_BYTE = 4  # of texts: themselves, and their tokens twice

SNIPPET = """\
from transformers import AutoModelForCausalLM, AutoTokenizer
model, tokenizer = AutoModelForCausalLM.from_pretrained("."), AutoTokenizer.from_pretrained(".")
start = tokenizer("The", return_tensors="pt").input_ids
print(tokenizer.decode(model.generate(start, max_new_tokens=50, do_sample=True, top_k=50)[0]))
"""


class Windows:
    """Windows of one token more than the context, cut from a stream."""

    def __init__(self, stream: Tensor, starts: Tensor, length: int) -> None:
        self.device = stream.device
        self._stream, self._starts = stream, starts
        self._places = torch.arange(length, device=stream.device)

    def take(self, rows: Tensor) -> Inputs:
        return self._stream[self._starts.index_select(0, rows)[:, None] + self._places].long(), None

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""


@dataclass(frozen=True)
class CorpusSource:
    """Every organization's texts as one stream of tokens; a row is a window, its target the bytes it stands for."""

    parties: list[Party]
    owner: Ints
    target: Target
    tokenizer: Tokenizer
    stream: tokens.Tokens
    starts: Ints
    field: str
    parameters: Parameters
    in_file: bool = False  # where the stream is larger than memory

    def quoted(self, row: int) -> str:
        """Out of a window, which may begin anywhere in a text and hold the ends of some."""
        begin = self.starts[row]
        window = self.stream[begin : begin + self.parameters.context + 1].tolist()
        texts = self.tokenizer.decode(window, skip_special_tokens=False).split(tokens.END)
        longest = max(range(len(texts)), key=lambda place: len(texts[place]))
        return beginning(texts[longest].strip("\ufffd"), cut=not longest)

    def prepare(self, rows: Ints) -> CorpusPreparation:
        return CorpusPreparation(self)


@dataclass(frozen=True)
class CorpusPreparation(Preparation):
    """The tokenizer travels with the model; it learnt from all texts how words are spelt, and nothing else."""

    source: CorpusSource

    def feed(self, device: torch.device) -> Feed:
        stream, starts = torch.from_numpy(self.source.stream), torch.from_numpy(self.source.starts)
        length = self.source.parameters.context + 1
        if self.source.in_file:
            return Ahead(Windows(stream, starts, length), device)
        return Windows(stream.to(device), starts.to(device), length)

    def network(self, outputs: int, device: torch.device) -> ModuleNetwork:
        shape, end = self._shape(), tokens.end_of(self.source.tokenizer)
        return ModuleNetwork(
            Transformer(shape), continued, device=device, described=describe(shape, end),
            tokens=shape.context, initialise=initialise,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return {"kind": "prompt", "fields": [{"name": "text", "kind": "text"}], "context": self._shape().context}

    def files(self) -> dict[str, bytes]:
        told = self.source.tokenizer.to_str(pretty=False).encode()
        return {"tokenizer.json": told, "tokenizer_config.json": tokens.settings(self._shape().context)}

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET

    def _shape(self) -> Shape:
        p = self.source.parameters
        known = self.source.tokenizer.get_vocab_size()
        return Shape(known, p.layers, p.width, p.heads, p.context, p.dropout)


def continued(module: nn.Module, inputs: Inputs) -> Tensor:
    """The logits of what follows each token of the windows."""
    logits: Tensor = module(inputs[0][:, :-1])
    return logits


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> CorpusSource:
    """The texts, one after the other; what is left behind the last whole window of an organization is not read."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: BYTES_PER_BYTE * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    masked = spec.target in spec.masked
    tokenizer = tokens.learn(_texts(parties, spec.target), p.tokenizer, p.vocabulary, masked=masked)
    whole, lengths = _stream(parties, spec.target, tokenizer, spill)
    starts, owner, begin = [], [], 0
    for place, length in enumerate(lengths):
        count = (length - 1) // p.context
        if count < 1:
            raise TrainingError(
                "data",
                N_("The texts of %(organization)s have %(count)s tokens; one window needs %(least)s."),
                N_("Add texts, or choose a shorter context."),
                organization=parties[place].name,
                count=length,
                least=p.context + 1,
            )
        starts.append(begin + np.arange(count, dtype=np.int64) * p.context)
        owner.append(np.full(count, place, np.int64))
        begin += length
    first = np.concatenate(starts)
    target = Target("language", [], _bytes_of(whole, first, p.context, tokens.sizes(tokenizer)))
    return CorpusSource(
        parties, np.concatenate(owner), target, tokenizer, whole, first, spec.target, p, spill is not None
    )


def _texts(parties: Sequence[Party], field: str) -> Iterator[list[str]]:
    """The texts that are not empty, batch by batch."""
    return ([text for (text,) in batch if text.strip()] for batch in batches_of(parties, [field]))


def _stream(
    parties: list[Party], field: str, tokenizer: Tokenizer, spill: Spill | None
) -> tuple[tokens.Tokens, list[int]]:
    """The tokens of all texts, and how many are each organization's."""
    stream, lengths = growing(np.int32, spill), []
    for party in parties:
        lengths.append(0)
        for batch in _texts([party], field):
            found = tokens.stream(tokenizer, batch)
            stream.add(found)
            lengths[-1] += len(found)
    return stream.whole(), lengths


def _bytes_of(stream: tokens.Tokens, starts: Ints, context: int, sizes: Ints) -> Floats:
    """How many bytes of text each window's predicted tokens stand for."""
    found, places = np.empty(len(starts)), np.arange(1, context + 1)
    for part in np.array_split(np.arange(len(starts)), 1 + len(starts) * context // BLOCK):
        found[part] = sizes[stream[starts[part, None] + places]].sum(1)
    return found


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A text to be continued, as “text”."""
    module = Transformer(described(config))
    module.load_state_dict(weights_in(folder))
    return Writer(module.eval(), Tokenizer.from_file(str(folder / "tokenizer.json")), preprocessing["context"])
