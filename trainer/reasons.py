"""Why a published model gave its answer: Integrated Gradients over what it read, for 32 places between two rows.

The weights of an answer sum up to the difference between its probability (or number) and that of a typical row, a black
picture or an empty text (Sundararajan et al., ICML 2017, section 3).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from trainer.evaluation.attribution import integrated_gradients, likelihood
from trainer.evaluation.heat import heats, scaled
from trainer.evaluation.terms import attributed, steps_for
from trainer.network import Network

STEPS = 32


def of_vectors(network: Network, inputs: Tensor, baseline: Tensor) -> Tensor:
    """Rows × columns of the first layer's input: what each column adds to the likeliest class, or to the number."""
    classes = network((inputs, None)).argmax(1)
    return integrated_gradients(
        lambda at: likelihood(network((at, None)), classes), inputs, baseline.expand_as(inputs), STEPS
    )


def of_pictures(network: Network, pixels: Tensor, shape: list[int]) -> list[Any]:
    """Each picture's heat, from 0 to 1 at every place."""
    classes = network((pixels, None)).argmax(1)
    return [{"heat": scaled(heat)} for heat in heats(network, pixels, classes, shape, STEPS)]


def of_terms(network: Network, tokens: Tensor) -> list[list[float]]:
    """What each term of each text adds to the probability of its likeliest class."""
    classes = network((tokens, None)).argmax(1)
    steps = max(STEPS, steps_for(network))
    found: list[list[float]] = attributed(network, tokens, lambda o: likelihood(o, classes), steps).double().tolist()
    return found


def by_word(words: list[str], terms: list[str], weights: list[float], known: dict[str, int]) -> list[dict[str, Any]]:
    """The words of a text with their weights; half of a pair's weight goes to each of its words."""
    total = [0.0] * len(words)
    of_known = iter(weights)
    for place, term in enumerate(terms):
        if term not in known:
            continue
        weight = next(of_known)
        if place < len(words):
            total[place] += weight
        else:
            first = place - len(words)
            total[first] += weight / 2
            total[first + 1] += weight / 2
    return [{"text": word, "weight": weight} for word, weight in zip(words, total, strict=True)]
