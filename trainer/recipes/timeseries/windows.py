"""Windows over all series: what is read, what follows, from what it is measured, and forecasts without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from trainer.contract import N_, Log
from trainer.data.columns import Floats, Ints
from trainer.data.feed import Inputs
from trainer.devices import finest
from trainer.recipes.program import Tell
from trainer.recipes.timeseries.reading import Series

FLAT = 1e-3  # of the size of its values, or of the spread of all: the least by which a window is measured
SAME = 1e-13  # of the size of numbers: a spread that is rounding
AT_ONCE = 1_000_000  # numbers of windows that are looked at at a time


@dataclass(frozen=True)
class Shape:
    """Steps that are read, steps that are forecast, and how they are measured."""

    window: int
    horizon: int
    season: int
    scaling: str
    ahead: bool  # whether other fields are read for the days ahead


class Seen(NamedTuple):
    """Of every window the last value, the mean, the spread, and how large its values are."""

    last: Floats
    mean: Floats
    spread: Floats
    size: Floats


@dataclass(frozen=True)
class Windows:
    """All series one behind the other; a row is a window and what follows it."""

    shape: Shape
    values: Floats
    others: Floats  # steps × fields, NaN where not known
    moments: Floats
    starts: Ints  # of every row
    series: Ints  # of every row

    def after(self, rows: Ints) -> Floats:
        """What followed: rows × horizon."""
        return self._steps(rows, self.shape.window, self.shape.horizon)

    def past(self, rows: Ints) -> Floats:
        return self._steps(rows, 0, self.shape.window)

    def _steps(self, rows: Ints, begin: int, count: int) -> Floats:
        found: Floats = self.values[self.starts[rows, None] + begin + np.arange(count)]
        return found

    @cached_property
    def told(self) -> Floats:
        """Rows × (what followed, the last value again, the last season again)."""
        window, horizon, season = self.shape.window, self.shape.horizon, self.shape.season
        every = np.arange(len(self.starts))
        last = np.repeat(self._steps(every, window - 1, 1), horizon, 1)
        again = self.values[self.starts[:, None] + window - season + np.arange(horizon) % season]
        return np.concatenate([self.after(every), last, again], 1)

    @property
    def times(self) -> Floats:
        """When each row's forecast begins."""
        return self.moments[self.starts + self.shape.window]

    @property
    def lasts(self) -> Floats:
        """When the last step is that it is made from."""
        return self.moments[self.starts + self.shape.window - 1]

    @property
    def ends(self) -> Floats:
        """When it ends: nobody may learn from it before."""
        return self.moments[self.starts + self.shape.window + self.shape.horizon - 1]

    @cached_property
    def _of_windows(self) -> Seen:
        """What is seen of every window."""
        every = np.arange(len(self.starts))
        parts = map(self.past, np.array_split(every, 1 + len(every) * self.shape.window // AT_ONCE))
        return Seen(*(np.concatenate(one) for one in zip(*map(seen_in, parts), strict=True)))

    def read_by(self, rows: Ints) -> Ints:
        """How often those rows read each step."""
        begun = np.bincount(self.starts[rows], minlength=len(self.values)).cumsum()
        ended = np.r_[np.zeros(self.shape.window, np.int64), begun[: -self.shape.window]]
        found: Ints = begun - ended
        return found

    def whole(self, rows: Ints) -> dict[str, float]:
        """Mean and spread of what those rows read."""
        center, scale = spread_of(self.values, self.read_by(rows))
        return {"center": center, "scale": scale}

    def measured(self, whole: dict[str, float]) -> tuple[Floats, Floats]:
        """From what every window is measured, and by what."""
        return measured(self._of_windows, self.shape.scaling, whole)


def spread_of(values: Floats, often: Ints | None = None) -> tuple[float, float]:
    """Mean and spread of values, each as often as that; 1 where they do not vary, and 0 before where there are none."""
    most = float(np.abs(values).max(initial=0.0))
    if not most:
        return 0.0, 1.0
    shares = values / most  # squares of what is very large are beyond all numbers
    center = np.average(shares, weights=often)
    scale = float(np.sqrt(np.average((shares - center) ** 2, weights=often)))
    return float(center * most), (scale * most if scale > SAME else 0.0) or 1.0


def seen_in(windows: Floats) -> Seen:
    """Of windows × steps."""
    last = windows[:, -1].copy()  # a view would keep all of them
    return Seen(last, windows.mean(1), windows.std(1), np.abs(windows).mean(1))


def measured(seen: Seen, scaling: str, whole: dict[str, float]) -> tuple[Floats, Floats]:
    """From what windows are measured, and by what: a small series by its own size, also beside a very large one."""
    if scaling == "all":
        return np.full(len(seen.last), whole["center"]), np.full(len(seen.last), whole["scale"])
    least = np.where(seen.size > 0, np.minimum(seen.size, whole["scale"]), whole["scale"])
    return (seen.last if scaling == "last" else seen.mean), np.maximum(seen.spread, FLAT * least)


def windows_of(found: Sequence[Series], shape: Shape, tell: Tell) -> Windows:
    """Every window of every series; series that are too short are told.

    What was filled in is never judged by, and no window ends with it.
    """
    length = shape.window + shape.horizon
    long = [(place, one) for place, one in enumerate(found) if len(one) >= length]
    if short := len(found) - len(long):
        text = N_("%(count)s series are left out: they are shorter than %(steps)s steps.")
        tell(Log(level="warning", text=text, params={"count": short, "steps": length}))
    starts, series, begin = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for place, one in long:
        own = np.arange(len(one) - length + 1)
        invented = np.r_[0, np.cumsum(one.filled)]
        judged = invented[own + length] == invented[own + shape.window]
        own = own[judged & ~one.filled[own + shape.window - 1]]  # a line to the next value would give that away
        starts.append(begin + own)
        series.append(np.full(len(own), place, np.int64))
        begin += len(one)
    return Windows(shape, *_joined([one for _, one in long]), np.concatenate(starts), np.concatenate(series))


def _joined(long: Sequence[Series]) -> tuple[Floats, Floats, Floats]:
    if not long:
        return np.empty(0), np.empty((0, 0)), np.empty(0)
    parts: Any = ([one.values for one in long], [one.others for one in long], [one.moments for one in long])
    return np.concatenate(parts[0]), np.concatenate(parts[1]), np.concatenate(parts[2])


class Cut:
    """Windows cut out of the series as they are asked for, each measured from itself."""

    def __init__(
        self,
        windows: Windows,
        others: Floats,
        center: Floats,
        scale: Floats,
        calendar: Floats,
        device: torch.device,
    ) -> None:
        """`others` are scaled already, and known throughout; `calendar` has a row for every step, as they do."""
        self.device, self._shape = device, windows.shape
        self._values, self._center, self._scale = (
            torch.from_numpy(a).to(device, finest(device)) for a in (windows.values, center, scale)
        )
        self._others, self._calendar = (torch.from_numpy(a.astype(np.float32)).to(device) for a in (others, calendar))
        self._starts = torch.from_numpy(windows.starts).to(device)

    def take(self, rows: Tensor) -> Inputs:
        shape, starts = self._shape, self._starts.index_select(0, rows)[:, None]
        past = starts + torch.arange(shape.window, device=self.device)
        center, scale = (of.index_select(0, rows)[:, None] for of in (self._center, self._scale))
        parts = [((self._values[past] - center) / scale).float(), self._others[past].flatten(1)]
        if shape.ahead:
            ahead = starts + shape.window + torch.arange(shape.horizon, device=self.device)
            parts.append(self._others[ahead].flatten(1))
        parts.append(self._calendar[starts[:, 0] + shape.window - 1])  # of the last step that is read
        return torch.cat(parts, 1), None

    def announce(self, rows: Tensor) -> None:
        """Nothing to prepare."""
