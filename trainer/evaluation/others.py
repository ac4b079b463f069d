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

KIND, MOST = "organization", 24  # of a split; pictures in all


def telling_fold(source: Source, spec: JobSpec, fits: list[Fit]) -> int:
    """The first, where all are alike; of models that judge one organization each, the one that judges most rows.

    Of organizations whose rows everyone may see, if there are any.
    """
    if spec.split.kind != KIND:
        return 1
    folds = [fit for fit in fits if fit.fold is not None]
    open_to_all = viewable(spec, source)
    return max(folds, key=lambda fit: (open_to_all[source.owner[fit.test]].any(), len(fit.test))).fold or 1


def of_another(seen: Seen) -> dict[str, Any]:
    """What is shown of a fold that is not looked into further."""
    return to_look_at(seen) if seen.spec.split.kind == KIND else {}


def of_whom(seen: Seen) -> dict[str, Any]:
    """Whose rows all else is told of, where that is one organization's."""
    return {"told_of": seen.names()[int(seen.source.owner[seen.rows[0]])]} if seen.spec.split.kind == KIND else {}


def with_pictures(before: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Both, where lists are of organizations' pictures as many of each as there is room for."""
    both = {name: [*before[name], *found[name]] for name in before.keys() & found.keys() if _is_of_many(found[name])}
    return before | found | {name: _some(pictures) for name, pictures in both.items()}


def _is_of_many(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(one, dict) and "organization" in one for one in found)


def _some(pictures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    owner: Ints = np.unique([one["organization"] for one in pictures], return_inverse=True)[1]
    return [pictures[place] for place in in_turn(owner)[:MOST].tolist()]
