"""Why a published model gave its answer: Integrated Gradients over what it read, for 32 places between two rows.

The weights of an answer sum up to the difference between its probability (or number) and that of a typical row, a black
picture or an empty text (Sundararajan et al., ICML 2017, section 3).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from trainer.evaluation.attribution import integrated_gradients, likelihood
from trainer.evaluation.heat import Telling, heats, scaled
from trainer.evaluation.terms import attributed, steps_for
from trainer.network import Network

STEPS = 32


def of_vectors(network: Network, inputs: Tensor, baseline: Tensor) -> Tensor:
    """Rows × columns of the first layer's input: what each column adds to the likeliest class, or to the number."""
    classes = network((inputs, None)).argmax(1)
    return integrated_gradients(
        lambda at: likelihood(network((at, None)), classes), inputs, baseline.expand_as(inputs), STEPS
    )


def of_odds(network: Network, inputs: Tensor, baseline: Tensor) -> Tensor:
    """Of two classes: what each column adds to the log-odds of the second one, in which points of scores add up."""
    return integrated_gradients(lambda at: _odds(network((at, None))), inputs, baseline.expand_as(inputs), STEPS)


def _odds(outputs: Tensor) -> Tensor:
    return outputs[:, 1] - outputs[:, 0]


def of_pictures(network: Telling, pixels: Tensor, shape: list[int]) -> list[Any]:
    """Each picture's heat, from 0 to 1 at every place."""
    classes = network((pixels, None)).argmax(1)
    return [{"heat": scaled(heat)} for heat in heats(network, pixels, classes, shape, STEPS)]


def of_terms(network: Network, tokens: Tensor) -> list[list[float]]:
    """What each term of each text adds to the probability of its likeliest class."""
    classes = network((tokens, None)).argmax(1)
    steps = max(STEPS, steps_for(network))
    found: list[list[float]] = attributed(network, tokens, lambda o: likelihood(o, classes), steps).double().tolist()
    return found


def by_word(
    words: list[str], places: list[tuple[int, ...]], known: list[bool], weights: list[float]
) -> list[dict[str, Any]]:
    """The words of a text with their weights: a known term's goes to the words that it is of, in equal shares."""
    total, of_known = [0.0] * len(words), iter(weights)
    for place, is_known in zip(places, known, strict=True):
        weight = next(of_known) if is_known else 0.0
        for word in place:
            total[word] += weight / len(place)
    return [{"text": word, "weight": weight} for word, weight in zip(words, total, strict=True)]
