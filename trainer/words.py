"""Which words spoke for an answer: weights of tokens as weights of words, and of the words that a model wrote after.

Integrated Gradients (Sundararajan et al., ICML 2017, section 3), here of the mean log-probability of a written answer's
tokens, over the vectors of what was asked, from a question of as many tokens that say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from trainer.data.texts import LETTERS
from trainer.evaluation.attribution import integrated_gradients

WORD = re.compile(rf"{LETTERS}|(?:(?!{LETTERS})\S)+")  # a Chinese letter, or what stands between spaces
LOOKED_AT = 24  # tokens of an answer
WORK = 150e9  # multiplications that one answer's reasons may take: some ten seconds of a core
FEWEST, MOST = 4, 32  # places on the way

Span = tuple[int, int]  # where a token begins and ends in the text, in letters


def by_word(text: str, spans: Sequence[Span], weights: Sequence[float]) -> list[dict[str, Any]]:
    """Every word of the text with what its tokens weigh together; tokens may hold a space, or part of a letter."""
    words = [(found.start(), found.end()) for found in WORD.finditer(text)]
    total, at = [0.0] * len(words), 0
    for (begin, end), weight in zip(spans, weights, strict=True):
        last = begin + len(text[begin:end].rstrip()) - 1  # the last letter that is no space
        while at < len(words) - 1 and words[at][1] <= last:
            at += 1
        if last >= begin and words and words[at][0] <= last:
            total[at] += weight
    return [{"text": text[b:e], "weight": weight} for (b, e), weight in zip(words, total, strict=True)]


def of_answer(
    logits: Callable[[Tensor], Tensor], asked: Tensor, empty: Tensor, answer: Tensor, tokens: Tensor, *, weights: int
) -> list[float]:
    """What each token of a question adds to the log-probability of an answer, in nats for each of its tokens.

    `asked`, `empty` and `answer` are vectors (T × D) of the question, of one that says nothing, and of the answer's
    `tokens`; `logits` takes vectors (1 × T × D) and tells what follows each; `weights` are as many as the model has.
    """

    def likely(at: Tensor) -> Tensor:
        found = logits(torch.cat([at, answer[None, :-1]], 1))[0, len(asked) - 1 :]
        return found.log_softmax(1).gather(1, tokens[:, None]).mean()[None]

    work = 3 * weights * (len(asked) + len(tokens))
    steps = int(min(MOST, max(FEWEST, WORK // work)))
    told: list[float] = integrated_gradients(likely, asked[None], empty[None], steps).sum(2)[0].double().tolist()
    return told
