"""Which words speak for which class to a base model that was tuned: its tokens' attributions, added up to whole words.

Integrated Gradients (Sundararajan et al., ICML 2017, section 3) over the tokens' vectors, at 4 places from a text of as
many tokens that say nothing, of how far the likeliest class of each text stands above the mean of all; of two classes
what speaks for one speaks against the other. Only of texts that everyone may see, since their words come from nowhere
else: this model's vocabulary was there before. At most 400 texts, fewer where the model is large.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.data.columns import Floats, Ints
from trainer.data.feed import Inputs
from trainer.data.texts import WORD
from trainer.evaluation.asked import Spanned, affordable
from trainer.evaluation.attribution import Vectors, integrated_gradients
from trainer.evaluation.examples import viewable
from trainer.evaluation.seen import Seen
from trainer.module import ModuleNetwork

MOST_ROWS, AT_ONCE, CLASSES, FEWEST, SHOWN, STEPS = 400, 8, 20, 3, 20, 4
PASSES = 2 * STEPS  # through the layers that a text takes: forwards and back at each place
TWO = 2
Weights = defaultdict[str, float]


def spoken(seen: Seen, preparation: Spanned, network: ModuleNetwork) -> dict[str, Any]:
    """Nothing where a field is masked, or where no text may be seen by everyone."""
    rows = _rows(seen) if preparation.spans([" "]) else seen.rows[:0]
    labels = seen.source.target.labels
    weights, texts = [Weights(float) for _ in labels], Counter[str]()
    for begin in range(0, len(rows), AT_ONCE):
        part = rows[begin : begin + AT_ONCE]
        written = preparation.texts(part)
        inputs, spans = preparation.of_texts(written, seen.feed.device), preparation.spans(written)
        with seen.learner.precision.layers():
            each, classes = attributed(network, inputs, spans)
        for text, places, own, said in zip(written, spans, each, classes, strict=True):
            found = by_word(text, places, own)
            texts.update(found.keys())
            for word, weight in found.items():
                weights[said][word] += weight / len(rows)
                if len(labels) == TWO:
                    weights[1 - said][word] -= weight / len(rows)
    told = [{"label": label, "terms": _best(own, texts)} for label, own in zip(labels, weights, strict=True)][:CLASSES]
    return {"terms": told} if any(one["terms"] for one in told) else {}


def _rows(seen: Seen) -> Ints:
    """Of the held-out rows those of organizations whose terms let everyone see rows."""
    if set(seen.spec.masked):
        return seen.rows[:0]
    rows = seen.sample(min(MOST_ROWS, affordable(seen, PASSES)), "terms")
    return rows[viewable(seen.spec, seen.source)[seen.source.owner[rows]]]


def _best(weights: Weights, texts: Counter[str]) -> list[dict[str, Any]]:
    known = [(word, weight) for word, weight in weights.items() if weight > 0 and texts[word] >= FEWEST]
    known.sort(key=lambda one: (-one[1], one[0]))
    return [{"text": word, "weight": weight} for word, weight in known[:SHOWN]]


def attributed(
    network: ModuleNetwork, inputs: Inputs, spans: list[list[tuple[int, int]]]
) -> tuple[list[list[float]], list[int]]:
    """What each token of each text adds to its likeliest class, and which that is.

    `spans` are (0, 0) for tokens that frame a text; they stay as they are in the text that says nothing.
    """
    module: Any = network.module
    vectors = Vectors(module.get_input_embeddings())
    tokens, mask = inputs
    frame = torch.tensor([[begin == end for begin, end in own] for own in spans], device=tokens.device)
    empty = torch.where(frame, tokens, module.config.pad_token_id)
    with torch.no_grad():
        classes = network(inputs).argmax(1)
        known, nothing = vectors.of(tokens), vectors.of(empty)

    def above(at: Tensor) -> Tensor:
        with vectors.taking(at):
            outputs = network((tokens, mask)).float()
        return outputs.gather(1, classes[:, None])[:, 0] - outputs.mean(1)

    each = integrated_gradients(above, known, nothing, STEPS).sum(2).double()
    return each.tolist(), classes.tolist()


def by_word(text: str, spans: list[tuple[int, int]], weights: list[float]) -> dict[str, float]:
    """The text's different words in lower case, each with what its letters weigh; what is no word is left out."""
    words = list(WORD.finditer(text))
    which = np.full(len(text), -1)
    for place, word in enumerate(words):
        which[word.start() : word.end()] = place
    total: Floats = np.zeros(len(words))
    for (begin, end), weight in zip(spans, weights, strict=True):
        own = which[begin:end]
        own = own[own >= 0]
        if len(own):  # a token of two Chinese letters is one half of each
            total += np.bincount(own, minlength=len(words)) * (weight / len(own))
    found: dict[str, float] = {}
    for word, weight in zip(words, total.tolist(), strict=True):
        name = unicodedata.normalize("NFKC", word.group()).lower()
        found[name] = found.get(name, 0.0) + weight
    return found
