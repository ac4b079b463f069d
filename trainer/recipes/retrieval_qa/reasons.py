"""Why a passage was found: what its words, and the question's, add to their likeness beyond that to a usual passage.

Both vectors are means of their tokens' vectors brought to length 1, so a likeness is a sum over tokens as it stands:
nothing is approximated, and the weights of a text add up to its likeness less the mean likeness of all passages to the
question. What falls on the marks that a tokenizer sets around a text belongs to no word and is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from trainer.serving import Row
from trainer.words import Span, by_word


@dataclass(frozen=True)
class Read:
    """A text as far as the model reads it; `vectors` (tokens × D) are such that their mean has length 1."""

    text: str
    spans: list[Span]
    vectors: Tensor

    @property
    def end(self) -> int:
        """How many of its letters were read."""
        return max((end for _, end in self.spans), default=0)

    def words(self, weights: Tensor) -> list[Row]:
        """One weight for each token, told word by word."""
        return by_word(self.text[: self.end], self.spans, weights.double().tolist())


def read(model: Any, tokenizer: Any, text: str, length: int) -> Read:
    found = tokenizer(text, truncation=True, max_length=length, return_offsets_mapping=True)
    told = model(input_ids=torch.tensor([found.input_ids])).last_hidden_state[0].float()
    return Read(
        text, [(begin, end) for begin, end in found.offset_mapping], told / told.mean(0).norm().clamp(min=1e-12)
    )


def why(asked: Read, passages: list[Read], usual: Tensor) -> Row:
    """`usual` is the mean of all passages' vectors. Of the question it is told why the first passage was found."""
    question = asked.vectors.mean(0)
    typical = question @ usual
    sources = [
        {"tokens": one.words((one.vectors @ question - typical) / len(one.vectors)), "read": one.end}
        for one in passages
    ]
    towards = passages[0].vectors.mean(0) - usual
    return {"tokens": asked.words(asked.vectors @ towards / len(asked.vectors)), "sources": sources}
