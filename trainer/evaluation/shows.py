"""Pictures of what a model does, made by the recipes that can draw it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from trainer.data.columns import Ints
from trainer.evaluation.examples import viewable
from trainer.evaluation.seen import Seen
from trainer.evaluation.turns import in_turn


@runtime_checkable
class Draws(Protocol):
    """A preparation that makes parts of `evaluation.json` to be looked at."""

    def drawn(self, seen: Seen, rows: Ints) -> dict[str, Any]:
        """From `rows`, of the held-out ones those that everyone may see (at least one), each organization's in turn."""


def to_look_at(seen: Seen) -> dict[str, Any]:
    """Nothing of it where a field is masked, for nobody knows what a picture tells of it."""
    if not isinstance(seen.preparation, Draws) or seen.spec.masked:
        return {}
    shown = seen.rows[viewable(seen.spec, seen.source)[seen.source.owner[seen.rows]]]
    return seen.preparation.drawn(seen, shown[in_turn(seen.source.owner[shown])]) if len(shown) else {}
