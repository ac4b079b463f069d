"""Models that each judge one organization, of which they learnt nothing: which of them is looked into, and what of all.

Pictures come from every one of them. The rest can be told of one organization's rows only, and `told_of` says whose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.contract import JobSpec
from trainer.data.columns import Ints
from trainer.evaluation.examples import viewable
from trainer.evaluation.seen import Seen
from trainer.evaluation.shows import to_look_at
from trainer.evaluation.turns import in_turn
from trainer.plan import Fit
from trainer.recipes.program import Source

MOST = 12  # of pictures, questions and the like in all


def telling_fold(source: Source, spec: JobSpec, fits: list[Fit]) -> int:
    """The first, where all are alike; of models that each are tried on one organization, that with most rows.

    Rows that everyone may see count four times, since more can be told of them. A search is judged by questions whose
    source everyone may see, so those come before all others there.
    """
    if not spec.split.by_organization:
        return 1
    folds = [fit for fit in fits if fit.fold is not None and len(fit.test)]
    weights = np.where(viewable(spec, source), len(source.owner) if source.target.task == "retrieval" else 4, 1)
    return max(folds, key=lambda fit: int(weights[source.owner[fit.test]].sum())).fold or 1


def of_another(seen: Seen) -> dict[str, Any]:
    """What is shown of a fold that is not looked into further: pictures of its rows."""
    return _of_rows(to_look_at(seen)) if seen.spec.split.by_organization else {}


def shown(seen: Seen) -> dict[str, Any]:
    """What is shown of the fold that is looked into; what its model invented only if all that taught it may be seen."""
    found = to_look_at(seen)
    return found if not seen.spec.split.by_organization or seen.spec.is_open else _of_rows(found)


def of_whom(seen: Seen) -> dict[str, Any]:
    """Whose rows all else is told of, where that is one organization's."""
    return {"told_of": seen.names()[int(seen.source.owner[seen.rows[0]])]} if seen.spec.split.by_organization else {}


def with_pictures(before: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Both; of lists that stand in both, as many of each organization as there is room for."""
    both = {name: _some([*before[name], *found[name]]) for name in before.keys() & _of_rows(found).keys()}
    return before | found | both


def _of_rows(found: dict[str, Any]) -> dict[str, Any]:
    """Lists of things that say whose they are."""
    return {
        name: some
        for name, some in found.items()
        if isinstance(some, list) and all(isinstance(one, dict) and "organization" in one for one in some)
    }


def _some(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where they are in order, what is farthest is first."""
    if all("place" in one for one in things):
        return sorted(things, key=lambda one: -int(one["place"]))[:MOST]
    owner: Ints = np.unique([one["organization"] for one in things], return_inverse=True)[1]
    return [things[place] for place in in_turn(owner)[:MOST].tolist()]
