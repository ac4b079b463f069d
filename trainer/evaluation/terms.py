"""Which words speak for which class: attributions of the held-out texts' words, added up word by word.

Integrated Gradients (Sundararajan et al., 2017, section 6.3 for texts) from the empty text, of how far a class stands
above the mean of all: exact for a bag of words, at 8 places for windows. At most 400 texts and 20 classes; words that
stand in fewer than 3 of those texts are not told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.columns import Floats
from trainer.data.texts import PIECE
from trainer.evaluation.asked import Spanned
from trainer.evaluation.attribution import Score, integrated_gradients
from trainer.evaluation.seen import Seen
from trainer.evaluation.spoken import spoken
from trainer.module import ModuleNetwork
from trainer.network import Network

MOST_ROWS, AT_ONCE, CLASSES, FEWEST, SHOWN, STEPS = 400, 50, 20, 3, 20, 8


def terms(seen: Seen) -> dict[str, Any]:
    """Nothing where a field is masked: its words must not be read."""
    network, known = seen.learner.network, getattr(seen.preparation, "known", None)
    if isinstance(network, ModuleNetwork) and isinstance(seen.preparation, Spanned):
        return spoken(seen, seen.preparation, network)
    if known is None or not isinstance(network, Network) or set(seen.spec.masked):
        return {}
    rows = seen.sample(MOST_ROWS, "terms")
    tokens = seen.inputs(rows)[0]
    texts = np.zeros(len(known) + 1)
    for row in tokens.cpu().numpy():
        texts[np.unique(row)] += 1
    texts[[0, *(place for place, term in enumerate(known, start=1) if term.startswith(PIECE))]] = 0  # no words
    found = []
    for place, label in enumerate(seen.source.target.labels[:CLASSES]):
        weights = _weights(network, tokens, place, len(known) + 1) / max(1, len(rows))
        best = [term for term in np.argsort(-weights, kind="stable")[: 10 * SHOWN].tolist() if texts[term] >= FEWEST]
        shown = [{"text": known[t - 1], "weight": float(weights[t])} for t in best[:SHOWN] if weights[t] > 0]
        found.append({"label": label, "terms": shown})
    return {"terms": found}


def _weights(network: Network, tokens: Tensor, place: int, count: int) -> Floats:
    """Of each term, its attributions in all those texts."""
    total = np.zeros(count)
    for part in torch.split(tokens, AT_ONCE):
        each = attributed(network, part, lambda outputs: outputs[:, place] - outputs.mean(1), steps_for(network))
        total += np.bincount(part.cpu().numpy().ravel(), each.double().cpu().numpy().ravel(), minlength=count)
    return total


def steps_for(network: Network) -> int:
    """A bag's answer is linear in its words' vectors, so one place is all of the way."""
    return 1 if network.calls[0]["call"] == "embedding_bag" else STEPS


def attributed(network: Network, tokens: Tensor, score: Score, steps: int) -> Tensor:
    """Texts × tokens: what each token adds to `score` of the outputs, from the empty text on."""
    (name,) = network.calls[0]["weights"]
    vectors = F.embedding(tokens, network.weight(name)).detach()
    lengths = (tokens > 0).sum(1, keepdim=True).clamp(min=1)
    bag = network.calls[0]["call"] == "embedding_bag"

    def answered(at: Tensor) -> Tensor:
        known = at * (tokens > 0)[:, :, None]
        return score(network.after(known.sum(1) / lengths if bag else known, 1))

    return integrated_gradients(answered, vectors, torch.zeros_like(vectors), steps).sum(2)
