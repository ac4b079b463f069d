"""Rows become series: in the order of time, one value for each moment, gaps told or filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.contract import N_, JobSpec, Log, SpecError
from trainer.data.columns import Bools, Floats, Ints, Numbers
from trainer.data.grouping import groups_of
from trainer.data.reading import Party, read_parties
from trainer.data.rows import common_fields, field_of, labelled
from trainer.data.times import Times, times_of
from trainer.failures import TrainingError
from trainer.recipes.program import Tell
from trainer.recipes.timeseries.schema import Parameters

FARTHEST = 2**31  # steps from one moment to the next that can be counted
MOST_FILLED = 10  # times as many steps as rows: more is no gap but a wrong time


@dataclass(frozen=True)
class Series:
    """One series: its values, the other fields (steps × fields), moments, and which of its steps were filled in."""

    owner: int
    name: str
    values: Floats
    others: Floats
    moments: Floats
    filled: Bools

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Read:
    """All series of a job; `others` names the fields beside the value, `time` that of the moments."""

    parties: list[Party]
    series: list[Series]
    others: list[str]
    time: str
    dates: bool  # whether moments are dates


def read(spec: JobSpec, p: Parameters, tell: Tell) -> Read:
    time = _time(spec, p)
    wanted = None if spec.fields is None else tuple(filter(None, (*spec.fields, time, p.series)))
    parties = read_parties(spec.model_copy(update={"fields": wanted}))
    fields = spec.fields if spec.fields is not None else common_fields(parties, tell)
    names = [name for name in fields if name not in (time, p.series, spec.target)]
    known = labelled(parties, spec.target, tell)
    if not isinstance(known.column, Numbers):
        raise SpecError(N_("A forecast needs a target of numbers."), field="target")
    columns = {name: field_of(parties, name) for name in names}
    others = [name for name, column in columns.items() if isinstance(column, Numbers)]
    if unread := [name for name in names if name not in others]:
        text = N_("Fields that hold no numbers are not read: %(fields)s.")
        tell(Log(level="info", text=text, params={"fields": ", ".join(unread)}))
    beside = [column.take(known.rows).values for column in columns.values() if isinstance(column, Numbers)]
    table = np.stack(beside, 1) if beside else np.empty((len(known.rows), 0))
    codes, called = groups_of(spec, p.series) if p.series else (np.zeros(len(known.rows), np.int64), [""])
    times = times_of(spec, time)
    made = Making(p.gaps == "fill", times)
    found = []
    for rows in _apart(known.owner, codes, called):
        owner, name = int(known.owner[rows[0]]), called[codes[rows[0]]]
        found.append(made.series(owner, name, rows, known.column.values, table))
    made.say(tell, time)
    return Read(parties, found, others, time, times.dates)


def _time(spec: JobSpec, p: Parameters) -> str:
    if not (spec.split.timed or spec.split.kind == "holdout"):
        raise SpecError(N_("A forecast is judged by what comes later: hold out by time."), field="split")
    time = spec.split.time or p.time
    if not time:
        raise SpecError(N_("Choose the field that says when each row was."), field="time")
    if spec.target in (time, p.series):
        raise SpecError(N_("The target cannot be what it is predicted from."), field="time")
    return time


def _apart(owner: Ints, codes: Ints, called: list[str]) -> list[Ints]:
    """The rows of each series, organization by organization and name by name."""
    number = owner * (1 + codes.max(initial=0)) + codes
    order = np.argsort(number, kind="stable")
    found = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    return sorted(found, key=lambda rows: (int(owner[rows[0]]), called[codes[rows[0]]]))


class Making:
    """Puts rows in order, and counts what had to be mended."""

    def __init__(self, fill: bool, times: Times) -> None:  # noqa: FBT001 - one of two ways
        self._fill, self._times = fill, times.values
        self._repeated = self._missing = 0

    def series(self, owner: int, name: str, rows: Ints, values: Floats, others: Floats) -> Series:
        moments, place = np.unique(self._times[rows], return_inverse=True)
        self._repeated += len(rows) - len(moments)
        counts = np.bincount(place)
        own = np.bincount(place, values[rows]) / counts
        beside = (
            np.stack([_means(place, column) for column in others[rows].T], 1)
            if others.shape[1]
            else np.empty((len(own), 0))
        )
        at = _steps(moments)
        missing = int(at[-1]) + 1 - len(at)
        self._missing += missing
        if not self._fill or not missing:
            return Series(owner, name, own, _carried(beside), moments, np.zeros(len(own), bool))
        if missing > MOST_FILLED * len(at):
            raise TrainingError(
                "data",
                N_("Of a series %(missing)s steps are missing and %(there)s are there: too many to fill in."),
                N_("Look at its times, or let the next row be the next step."),
                missing=missing,
                there=len(at),
            )
        every = np.arange(int(at[-1]) + 1)
        filled = ~np.isin(every, at)
        lines = [np.interp(every, at, column) for column in (own, moments, *_carried(beside).T)]
        return Series(
            owner,
            name,
            lines[0],
            np.stack(lines[2:], 1) if others.shape[1] else np.empty((len(every), 0)),
            lines[1],
            filled,
        )

    def say(self, tell: Tell, time: str) -> None:
        if self._repeated:
            text = N_("%(count)s rows repeat a moment of “%(field)s”: of each moment the mean is taken.")
            tell(Log(level="warning", text=text, params={"count": self._repeated, "field": time}))
        if self._missing:
            text = N_(
                "%(count)s steps are missing between the first and the last; the next row counts as the next step."
            )
            filled = N_(
                "%(count)s steps are missing between the first and the last; they are filled in, never judged by."
            )
            tell(Log(level="info", text=filled if self._fill else text, params={"count": self._missing}))


def _steps(moments: Floats) -> Ints:
    """At which step each moment is, where most are one step apart; months are as good as equally long."""
    if len(moments) < 2:  # noqa: PLR2004 - nothing lies between
        return np.zeros(len(moments), np.int64)
    apart = np.diff(moments)
    steps = np.clip(np.round(apart / np.median(apart)), 1, FARTHEST).astype(np.int64)
    return np.concatenate([[0], np.cumsum(steps)])


def _means(place: Ints, column: Floats) -> Floats:
    known = ~np.isnan(column)
    count = np.bincount(place[known], minlength=place.max() + 1)
    total = np.bincount(place[known], column[known], minlength=place.max() + 1)
    found: Floats = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return found


def _carried(table: Floats) -> Floats:
    """A missing value is what it was before; nothing known yet stays missing."""
    found = table.copy()
    for column in found.T:
        last = np.maximum.accumulate(np.where(np.isnan(column), -1, np.arange(len(column))))
        column[:] = np.where(last >= 0, column[np.maximum(last, 0)], np.nan)
    return found
