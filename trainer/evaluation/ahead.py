"""Of forecasts: how wide they must be told, and some of them beside what came true.

The width is that of split conformal prediction (`evaluation.conformal`), for every step ahead and measured by the
window's own spread, so that a large series has a wide one. Windows overlap, and what is later may differ from what is
earlier, so nothing promises the level: how many of the held-out truths lay inside is told for every step.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from trainer.contract import JobSpec
from trainer.data.columns import Floats, Ints
from trainer.evaluation.conformal import LEVEL, half_width, rounded_up
from trainer.evaluation.examples import viewable
from trainer.evaluation.seen import Seen
from trainer.evaluation.turns import in_turn
from trainer.explain import probabilities
from trainer.measures.forecast import parts
from trainer.metrics import Judged
from trainer.recipes.program import Source

SHOWN, PAST = 6, 60  # forecasts; steps of the past that are shown before them


@runtime_checkable
class Foresees(Protocol):
    """A source whose rows are windows of series."""

    def series(self, rows: Ints) -> Ints:
        """A number for the series of each of those rows."""

    def past(self, row: int) -> tuple[str, Floats]:
        """The series' name, and what the forecast is made from."""

    def spread(self, rows: Ints, learnt: Ints) -> Floats:
        """By what errors of those rows are measured, where those others were learnt from."""


def band(seen: Seen, learnt: Ints, validation: Ints) -> dict[str, Any]:
    """Half widths by step, none of them the error of a row, and how many of the held-out truths lay inside."""
    source: Any = seen.source
    if not isinstance(source, Foresees) or not len(validation) or not len(seen.rows):
        return {}
    off = [_off(seen, rows, source.spread(rows, learnt)) for rows in (validation, seen.rows)]
    exact = [half_width(column) for column in off[0].T]
    widths = [rounded_up(width) for width in exact if width is not None]
    if len(widths) < len(exact):
        return {}
    covered = (off[1] <= np.array(widths)).mean(0)
    return {"band": {"level": LEVEL, "half_widths": widths, "covered": covered.tolist()}}


def _off(seen: Seen, rows: Ints, spread: Floats) -> Floats:
    target = seen.source.target
    told = seen.learner.outputs(torch.from_numpy(rows).to(seen.feed.device))  # what is told depends on the row itself
    judged = Judged(target.values[rows], probabilities(told, target), target.task)
    found: Floats = np.abs(judged.predicted - parts(judged)[0]) / spread[:, None]
    return found


def forecasts(judged: Judged, source: Source, spec: JobSpec, rows: Ints) -> dict[str, Any]:
    """The latest forecast of some series of organizations whose rows everyone may see; none of a masked target."""
    if not isinstance(source, Foresees) or spec.target in spec.masked:
        return {}
    truth, _, season = parts(judged)
    places = np.flatnonzero(viewable(spec, source)[source.owner[rows]])[::-1]
    latest = places[np.unique(source.series(rows[places]), return_index=True)[1]]  # rows are in the order of time
    found = []
    for place in latest[in_turn(source.owner[rows[latest]])[:SHOWN]].tolist():
        name, past = source.past(int(rows[place]))
        told = {"past": past[-PAST:], "truth": truth[place], "naive": season[place]}
        told |= {"forecast": judged.predicted[place]}
        numbers = {key: np.asarray(value, float).tolist() for key, value in told.items()}
        owner = int(source.owner[rows[place]])
        found.append({"organization": source.parties[owner].slug, "name": name, **numbers})
    return {"forecasts": found} if found else {}
