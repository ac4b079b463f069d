"""How like drawn pictures are to real ones, in the eyes of a small judge of this very data.

Fréchet's distance between two normal distributions (Heusel et al., GANs Trained by a Two Time-Scale Update Rule, 2017,
section 2) of a judge's features, and the inception score (Salimans et al., Improved Techniques for Training GANs, 2016,
section 4) of its kinds. Both are known from a judge that saw a million photographs; here it is a small one that saw
these pictures alone, so the numbers compare models of one job and nothing else.

`Judged.predicted` are rows × 2 (features + kinds): of a real picture, and of a drawn one. The judge was taught where
there are kinds. Of several judges one more column tells whose eyes they are: each judge's rows are measured by
themselves, and the mean is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from trainer.data.columns import Bools, Floats
from trainer.metrics import SMALLEST, Counts, Judged, Metric

FEATURES = 32
HIGHER_IS_BETTER = {"frechet_distance": False, "judged_score": True}
AT_ONCE = 4_000_000  # resamples, or rows, × features × features


def frechet_distance(judged: Judged, counts: Counts) -> Floats:
    return _by_judge(judged.predicted, counts.astype(float), _distances)


def judged_score(judged: Judged, counts: Counts) -> Floats:
    """NaN where the judge knows no kinds."""
    return _by_judge(judged.predicted, counts.astype(float), lambda told, drawn: _score(_likely(told)[1], drawn))


METRICS: Mapping[str, Metric] = {"frechet_distance": frechet_distance, "judged_score": judged_score}


def distance_of(told: Floats) -> float:
    """Fréchet's distance of all those rows; 0 of none."""
    return float(_by_judge(told, np.ones((1, len(told))), _distances)[0]) if len(told) else 0.0


def beside(judged: Judged) -> dict[str, Any]:
    """What to hold the numbers against: how far real pictures are from real ones, and how the judge knows them."""
    told = judged.predicted
    halves = [half for own in _judges(told) if (half := _halves(_seen(told[own])[0])) is not None]
    if not halves:
        return {}
    apart, sizes = zip(*halves, strict=True)
    likely = _likely(told)[0]
    found: dict[str, Any] = {"judge": "taught" if likely.shape[1] else "random", "features": FEATURES}
    found |= {"real_halves": float(np.average(apart, weights=sizes)), "rows_of_a_half": min(sizes)}
    if likely.shape[1]:
        everyone = np.ones((1, len(likely)))
        found["real_score"] = float(_by_judge(told, everyone, lambda t, drawn: _score(_likely(t)[0], drawn))[0])
        found["judge_accuracy"] = float((likely.argmax(1) == judged.targets.astype(np.int64)).mean())
    return {"generation": found}


def _halves(real: Floats) -> tuple[float, int] | None:
    """How far real pictures are from real ones, and how many are on each side; None of a single one."""
    real = real[np.random.Generator(np.random.PCG64(len(real))).permutation(len(real))]  # halves of everyone's
    half = len(real) // 2
    if not half:
        return None
    weights = np.full((1, half), 1 / half)
    return float(_frechet(_moments(real[:half], weights), _moments(real[half : 2 * half], weights))[0]), half


def _judges(told: Floats) -> list[Bools]:
    """The rows of each judge."""
    if told.shape[1] % 2 == 0:
        return [np.ones(len(told), bool)]
    return [told[:, -1] == one for one in np.unique(told[:, -1])]


def _by_judge(told: Floats, counts: Floats, measure: Callable[[Floats, Floats], Floats]) -> Floats:
    """The mean over judges, by how often a resample drew their rows."""
    judges = _judges(told)
    if len(judges) < 2:  # noqa: PLR2004 - nothing to take a mean of
        return measure(told, counts)
    mass = np.stack([counts[:, own].sum(1) for own in judges])
    drawn = (np.where(own_mass[:, None] > 0, counts[:, own], 1.0) for own, own_mass in zip(judges, mass, strict=True))
    found = np.stack([measure(told[own], some) for own, some in zip(judges, drawn, strict=True)])
    whole: Floats = (found * mass).sum(0) / mass.sum(0)
    return whole


def _distances(told: Floats, counts: Floats) -> Floats:
    real, drawn = _seen(told)
    weights = counts / counts.sum(axis=1, keepdims=True)
    parts = np.array_split(np.arange(len(counts)), 1 + len(counts) * FEATURES**2 // AT_ONCE)
    return np.concatenate([_frechet(_moments(real, weights[p]), _moments(drawn, weights[p])) for p in parts])


def _seen(told: Floats) -> tuple[Floats, Floats]:
    middle = told.shape[1] // 2
    return told[:, :FEATURES], told[:, middle : middle + FEATURES]


def _likely(told: Floats) -> tuple[Floats, Floats]:
    middle = told.shape[1] // 2
    return told[:, FEATURES:middle], told[:, middle + FEATURES : 2 * middle]


def _moments(seen: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Means and covariances, of each resample."""
    means = weights @ seen
    width = seen.shape[1]
    squares = np.zeros((len(weights), width * width))
    for part in np.array_split(np.arange(len(seen)), 1 + len(seen) * width**2 // AT_ONCE):
        own = seen[part]
        squares += weights[:, part] @ (own[:, :, None] * own[:, None, :]).reshape(len(own), -1)
    return means, squares.reshape(-1, width, width) - means[:, :, None] * means[:, None, :]


def _frechet(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Floats:
    """The trace of the root of the product is that of the roots of the eigenvalues of √A B √A."""
    values, vectors = np.linalg.eigh(one[1])
    root = (vectors * np.sqrt(values.clip(0))[:, None, :]) @ vectors.transpose(0, 2, 1)
    shared = np.sqrt(np.linalg.eigvalsh(root @ other[1] @ root).clip(0)).sum(1)
    traces = np.trace(one[1], axis1=1, axis2=2) + np.trace(other[1], axis1=1, axis2=2)
    found: Floats = ((one[0] - other[0]) ** 2).sum(1) + traces - 2 * shared
    return found.clip(0)


def _score(likely: Floats, counts: Floats) -> Floats:
    if not likely.shape[1]:
        return np.full(len(counts), np.nan)
    weights = counts / counts.sum(axis=1, keepdims=True)
    whole = weights @ likely
    sure = weights @ (likely * np.log(likely.clip(SMALLEST))).sum(1)
    found: Floats = np.exp(sure - (whole * np.log(whole.clip(SMALLEST))).sum(1))
    return found
