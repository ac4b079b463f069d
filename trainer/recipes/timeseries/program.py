"""Series and their windows, what is learnt of them, and the network that forecasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from trainer.contract import N_, JobSpec, Log, Split
from trainer.data.columns import Floats, Ints
from trainer.data.feed import Feed
from trainer.data.reading import Party
from trainer.data.target import Target
from trainer.data.times import Times
from trainer.evaluation.examples import viewable
from trainer.evaluation.trades import Trades, check_target
from trainer.failures import TrainingError
from trainer.module import ModuleNetwork
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Source, Tell
from trainer.recipes.timeseries.answering import Forecasting
from trainer.recipes.timeseries.calendar import Waves, columns_of, waved
from trainer.recipes.timeseries.network import Forecaster, Sizes, described, initialise
from trainer.recipes.timeseries.network import read as read_windows
from trainer.recipes.timeseries.objective import ByScaledError
from trainer.recipes.timeseries.periods import waves_of
from trainer.recipes.timeseries.reading import Read
from trainer.recipes.timeseries.reading import read as read_series
from trainer.recipes.timeseries.schema import LAYERED, Parameters
from trainer.recipes.timeseries.trading import traded
from trainer.recipes.timeseries.windows import Cut, Shape, Windows, spread_of, windows_of
from trainer.serving import Served

SAMPLES = 3  # series that may be tried with one click
SNIPPET = """\
import sys
sys.path.insert(0, "reproduce/trainer.zip")  # the forecaster is written there, in trainer/recipes/timeseries
from trainer.predict import Predictor
print(Predictor(".").predict([{{"values": [{values}]{moment}}}]))
"""


@dataclass(frozen=True)
class SeriesSource:
    """Every window of every series; always divided by time."""

    parties: list[Party]
    owner: Ints
    target: Target
    split: Split
    read: Read
    windows: Windows
    parameters: Parameters
    spec: JobSpec
    waves: Waves  # of the calendar
    trades: Trades | None = None  # where a back-test was asked for

    @property
    def times(self) -> Floats:
        return self.windows.times

    @property
    def ends(self) -> Floats:
        return self.windows.ends

    def series(self, rows: Ints) -> Ints:
        """Which series those rows are of."""
        return self.windows.series[rows]

    def past(self, row: int) -> tuple[str, Floats]:
        """The name of a row's series, unless it is masked, and its window."""
        masked = self.parameters.series in self.spec.masked
        name = "" if masked else self.read.series[int(self.windows.series[row])].name
        return name, self.windows.past(np.array([row]))[0]

    def spread(self, rows: Ints, learnt: Ints) -> Floats:
        """By what each window is measured by the published model, which learns from all where folds are judged."""
        learnt = np.arange(len(self.owner)) if self.split.folded else learnt
        return self.windows.measured(self.windows.whole(learnt))[1][rows]

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> ByScaledError:
        center, scale = self.windows.measured(self.windows.whole(rows))
        steps = np.arange(len(self.owner))
        return ByScaledError(self.windows.after(steps), center, scale, self.parameters.loss, device)

    def prepare(self, rows: Ints) -> SeriesPreparation:
        return SeriesPreparation(self, self.windows.whole(rows), self._fields(rows), self._samples(rows))

    def _fields(self, rows: Ints) -> list[dict[str, Any]]:
        """How the other fields are scaled, by the steps that those rows read."""
        read, found = self.windows.read_by(rows) > 0, []
        for name, column in zip(self.read.others, self.windows.others[read].T, strict=True):
            center, scale = spread_of(column[~np.isnan(column)])
            found.append({"name": name, "kind": "known", "center": center, "scale": scale})
        return found

    def _samples(self, rows: Ints) -> list[dict[str, Any]]:
        """Windows of organizations whose rows everyone may see; none of a masked target."""
        if self.spec.target in self.spec.masked:
            return []
        open_to_all = rows[viewable(self.spec, cast("Source", self))[self.owner[rows]]]
        places = np.linspace(0, len(open_to_all) - 1, SAMPLES if len(open_to_all) else 0).astype(np.int64)
        chosen = open_to_all[np.unique(places)]
        found: list[dict[str, Any]] = [{"values": values.tolist()} for values in self.windows.past(chosen)]
        if self.waves and self.read.time not in self.spec.masked:
            times = Times(self.windows.lasts[chosen], self.read.dates)
            found = [
                one | {self.read.time: times.said(at)} for one, at in zip(found, times.values.tolist(), strict=True)
            ]
        return found


@dataclass(frozen=True)
class SeriesPreparation(Preparation):
    """From what windows are measured, as learnt from the training part."""

    source: SeriesSource
    whole: dict[str, float]
    fields: list[dict[str, Any]]
    samples: list[dict[str, Any]]

    @cached_property
    def others(self) -> Floats:
        """Scaled; what is not known is the mean."""
        center = np.array([field["center"] for field in self.fields])
        scale = np.array([field["scale"] for field in self.fields])
        found: Floats = np.nan_to_num((self.source.windows.others - center) / scale)
        return found

    @property
    def sizes(self) -> Sizes:
        p = self.source.parameters
        layers = p.layers if p.network == LAYERED else 0
        calendar = columns_of(self.source.waves)
        return Sizes(p.window, p.horizon, len(self.fields), p.known_ahead, layers, p.channels, p.dropout, calendar)

    def feed(self, device: torch.device) -> Feed:
        windows = self.source.windows
        calendar = waved(windows.moments, self.source.waves)
        return Cut(windows, self.others, *windows.measured(self.whole), calendar, device)

    def network(self, outputs: int, device: torch.device) -> ModuleNetwork:
        return ModuleNetwork(
            Forecaster(self.sizes), read_windows, device=device, described=described(self.sizes),
            tokens=self.sizes.window if self.sizes.layers else 1, initialise=initialise,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        p = self.source.parameters
        fields = [{"name": self.source.spec.target, "kind": "values"}, *self.fields]
        shape = {"window": p.window, "horizon": p.horizon, "season": p.season, "scaling": p.scaling}
        told: dict[str, Any] = {"known_ahead": p.known_ahead, "whole": self.whole, "samples": self.samples}
        if self.source.waves:
            fields.append({"name": self.source.read.time, "kind": "moment", "waves": self.source.waves})
        return {"kind": "series", "fields": fields, **shape, **told}

    def after(self, evaluation: dict[str, Any]) -> dict[str, Any]:
        """How wide a forecast must be told."""
        return {"band": evaluation["band"]} if "band" in evaluation else {}

    def snippet(self, config: dict[str, Any]) -> str:
        values = ", ".join(str(place % self.source.parameters.season) for place in range(self.source.parameters.window))
        moment = f', {self.source.read.time!r}: "2026-01-31"' if self.source.waves else ""
        return SNIPPET.format(values=values, moment=moment)


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> SeriesSource:
    """Every window; an organization needs one at least. Shares that were to be held out of rows are so by time."""
    p = cast("Parameters", parameters)
    found = read_series(spec, p, tell)
    shape = Shape(p.window, p.horizon, p.season, p.scaling, p.known_ahead)
    windows = windows_of(found.series, shape, tell)
    owner = np.array([one.owner for one in found.series], np.int64)[windows.series]
    for place, party in enumerate(found.parties):
        if not (owner == place).any():
            raise TrainingError(
                "data",
                N_("No series of %(organization)s has %(steps)s steps, which one window and its forecast need."),
                N_("Add data, or look back or ahead over fewer steps."),
                organization=party.name,
                steps=p.window + p.horizon,
            )
    split = spec.split
    if not split.timed:
        split = Split.model_validate(split.model_dump() | {"kind": "time", "time": found.time})
        text = N_("What is later by “%(field)s” is held out: a forecast is judged by what comes later.")
        tell(Log(level="info", text=text, params={"field": found.time}))
    order = np.lexsort((windows.times, owner))  # the latest of each organization last
    windows = replace(windows, starts=windows.starts[order], series=windows.series[order])
    target = Target("forecast", [], windows.told)
    trades = traded(windows, found, spec.target, p, masked=spec.target in spec.masked)
    if trades is not None:
        check_target(target, trades, split)
    waves = waves_of(found, p.calendar)
    return SeriesSource(found.parties, owner[order], target, split, found, windows, p, spec, waves, trades)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """The last values as “values”, the oldest first; other fields by their names."""
    return Forecasting(folder, config, preprocessing)
