"""Permutation importance: how much worse the main metric gets on held-out rows when one field is shuffled.

After Breiman, Random Forests, Machine Learning 45 (2001), section 10.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.data.columns import Ints
from trainer.data.feed import Feed, Inputs, Resident
from trainer.data.target import Target
from trainer.learner import Learner
from trainer.metrics import Judged
from trainer.recipes.program import Preparation, Source
from trainer.seeding import numpy_generator
from trainer.tasks import HIGHER_IS_BETTER, plain

REPEATS, MOST_ROWS, MOST_FIELDS = 5, 2000, 200


def probabilities(outputs: Tensor, target: Target) -> np.ndarray[Any, Any]:
    """What people read: class probabilities, the predicted number, or what was told of each row."""
    told = outputs.cpu().double()
    if target.task == "classification":
        return torch.softmax(told, dim=1).numpy()
    return (told[:, 0] if target.task == "regression" else told).numpy()


def importance(
    learner: Learner, preparation: Preparation, inputs: Feed, source: Source, rows: Ints, *, metric: str, seed: int
) -> dict[str, dict[str, list[float]]]:
    """For each field, how much the metric lost in each repeat: on all rows (""), and on each organization's of them.

    Empty where the metric is undefined on those rows. A field is shuffled among all rows, whoever they belong to.
    """
    target, places = source.target, list(preparation.places().items())[:MOST_FIELDS]
    generator = numpy_generator(seed, "importance")
    if len(rows) > MOST_ROWS:
        rows = np.sort(generator.choice(rows, MOST_ROWS, replace=False))
    chosen, targets = torch.from_numpy(rows).to(learner.train.device), target.values[rows]
    everyone = torch.arange(len(rows), device=chosen.device)
    part = inputs.take(chosen)

    whose = {"": np.arange(len(rows))}
    if len(source.parties) > 1:
        whose |= {p.slug: np.flatnonzero(source.owner[rows] == place) for place, p in enumerate(source.parties)}

    def measured(shuffled: Inputs) -> dict[str, float | None]:
        told = learner.outputs(everyone, Resident(shuffled))
        judged = Judged(targets, probabilities(told, target), target.task)
        return {slug: plain(metric, judged.at(own)) for slug, own in whose.items()}

    whole = measured(part) if len(rows) and places else {}
    lost: dict[str, dict[str, list[float]]] = {slug: {} for slug, value in whole.items() if value is not None}
    for name, (kind, columns) in places if lost else ():
        orders = [torch.from_numpy(generator.permutation(len(rows))).to(chosen.device) for _ in range(REPEATS)]
        for found in [measured(_shuffled(part, kind, columns, order)) for order in orders]:
            for slug, fields in lost.items():
                fields.setdefault(name, []).extend(_worse(metric, whole[slug], found[slug]))
    return lost


def _worse(metric: str, before: float | None, after: float | None) -> list[float]:
    """How much worse; nothing where it is undefined."""
    if before is None or after is None:
        return []
    return [before - after if HIGHER_IS_BETTER[metric] else after - before]


def by_organization(runs: list[dict[str, dict[str, list[float]]]]) -> dict[str, list[dict[str, Any]]]:
    """The summary of each organization's rows."""
    slugs = dict.fromkeys(slug for run in runs for slug in run if slug)
    return {slug: summary([run.get(slug, {}) for run in runs]) for slug in slugs}


def summary(runs: list[dict[str, list[float]]]) -> list[dict[str, Any]]:
    """The mean over folds and repeats and the range of the middle 95 % of them, most important first."""
    pooled: dict[str, list[float]] = {}
    for run in runs:
        for name, values in run.items():
            pooled.setdefault(name, []).extend(values)
    found = []
    for name, values in pooled.items():
        if not values:
            continue
        low, high = np.percentile(values, [2.5, 97.5]).tolist()
        found.append({"field": name, "value": float(np.mean(values)), "low": low, "high": high})
    return sorted(found, key=lambda item: -item["value"])


def _shuffled(inputs: Inputs, kind: str, columns: list[int], order: Tensor) -> Inputs:
    numbers, codes = inputs
    changed = numbers if kind == "numbers" or codes is None else codes
    changed = changed.clone()
    changed[:, columns] = changed[order][:, columns]
    return (changed, codes) if kind == "numbers" else (numbers, changed)
