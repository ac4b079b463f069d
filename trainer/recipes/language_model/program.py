"""Texts to be continued: windows over the stream of tokens, and the transformer that reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from trainer.contract import N_, JobSpec
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Inputs
from trainer.data.reading import Party, read_parties
from trainer.data.target import Target
from trainer.data.texts import texts_of
from trainer.failures import TrainingError
from trainer.module import ModuleNetwork
from trainer.recipes.language_model import tokens
from trainer.recipes.language_model.network import Shape, Transformer, describe, described, initialise
from trainer.recipes.language_model.schema import Parameters
from trainer.recipes.language_model.writing import Writer
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served, weights_in

SNIPPET = """\
from transformers import AutoModelForCausalLM, AutoTokenizer
model, tokenizer = AutoModelForCausalLM.from_pretrained("."), AutoTokenizer.from_pretrained(".")
start = tokenizer("The", return_tensors="pt").input_ids
print(tokenizer.decode(model.generate(start, max_new_tokens=50, do_sample=True, top_k=50)[0]))
"""


class Windows:
    """Windows of one token more than the context, cut from a stream that stays on the device."""

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

    def prepare(self, rows: Ints) -> CorpusPreparation:
        return CorpusPreparation(self)


@dataclass(frozen=True)
class CorpusPreparation(Preparation):
    """The tokenizer travels with the model; it learnt from all texts how words are spelt, and nothing else."""

    source: CorpusSource

    def feed(self, device: torch.device) -> Feed:
        stream, starts = (torch.from_numpy(array).to(device) for array in (self.source.stream, self.source.starts))
        return Windows(stream, starts, self.source.parameters.context + 1)

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
    parties = read_parties(spec)
    texts = [[text for text in texts_of([party], spec.target) if text.strip()] for party in parties]
    tokenizer = tokens.learn([text for own in texts for text in own], p.tokenizer, p.vocabulary)
    streams, starts, owner, begin = [], [], [], 0
    for place, own in enumerate(texts):
        stream = tokens.stream(tokenizer, own)
        count = (len(stream) - 1) // p.context
        if count < 1:
            raise TrainingError(
                "data",
                N_("The texts of %(organization)s have %(count)s tokens; one window needs %(least)s."),
                N_("Add texts, or choose a shorter context."),
                organization=parties[place].name,
                count=len(stream),
                least=p.context + 1,
            )
        streams.append(stream)
        starts.append(begin + np.arange(count, dtype=np.int64) * p.context)
        owner.append(np.full(count, place, np.int64))
        begin += len(stream)
    whole, first = np.concatenate(streams), np.concatenate(starts)
    sizes = tokens.sizes(tokenizer)[whole]
    told = np.concatenate([[0], np.cumsum(sizes)])
    bytes_of = (told[first + p.context + 1] - told[first + 1]).astype(np.float64)
    target = Target("language", [], bytes_of)
    return CorpusSource(parties, np.concatenate(owner), target, tokenizer, whole, first, spec.target, p)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A text to be continued, as “text”."""
    module = Transformer(described(config))
    module.load_state_dict(weights_in(folder))
    return Writer(module.eval(), Tokenizer.from_file(str(folder / "tokenizer.json")), preprocessing["context"])
