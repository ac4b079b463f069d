"""A published forecast at work: the last values in, what follows out, as wide as it must be told."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer.contract import N_
from trainer.data.columns import Floats
from trainer.recipes.timeseries.calendar import moment_of, waved
from trainer.recipes.timeseries.network import Forecaster, Sizes
from trainer.recipes.timeseries.windows import measured, seen_in
from trainer.serving import Row, refusal, weights_in

MOST = 100_000  # values of one request


class Forecasting:
    """Rows with “values”, the oldest first; of more than a window the latest are read."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        self._known, self._sizes = preprocessing, Sizes(**config["sizes"])
        self._module = Forecaster(self._sizes)
        self._module.load_state_dict(weights_in(folder))
        self._module.eval()
        self._others = [field for field in preprocessing["fields"] if field["kind"] == "known"]
        self._moment = next((field for field in preprocessing["fields"] if field["kind"] == "moment"), None)
        self._target = next(field["name"] for field in preprocessing["fields"] if field["kind"] == "values")

    def predict(self, rows: list[Row]) -> list[Row]:
        values = np.stack([self._values(row) for row in rows])
        center, scale = measured(seen_in(values), self._known["scaling"], self._known["whole"])
        parts = [(values - center[:, None]) / scale[:, None], np.stack([self._beside(row) for row in rows])]
        outputs = self._module(torch.from_numpy(np.concatenate(parts, 1)).float()).double().numpy()
        told = outputs * scale[:, None] + center[:, None]
        return [self._answer(*one) for one in zip(values, told, scale.tolist(), strict=True)]

    def warn(self, rows: list[Row]) -> list[list[Row]]:
        text = N_("“%(field)s” is not given: its mean stands in.")
        unknown = N_("“%(field)s” is not given: the forecast does without the calendar.")
        asked = [(one["name"], text) for one in self._others]
        asked += [(self._moment["name"], unknown)] if self._moment else []
        return [
            [{"text": said, "params": {"field": name}} for name, said in asked if row.get(name) is None] for row in rows
        ]

    def _answer(self, values: Floats, told: Floats, scale: float) -> Row:
        if not np.isfinite(told).all():
            raise refusal(N_("The input is beyond all that the model can compute with."))
        season, steps = self._known["season"], np.arange(self._sizes.horizon)
        found = {"forecast": told.tolist(), "naive": values[len(values) - season + steps % season].tolist()}
        if band := self._known.get("band"):
            wide = np.array(band["half_widths"]) * scale
            found |= {"low": (told - wide).tolist(), "high": (told + wide).tolist()}
        return found

    def _values(self, row: Row) -> Floats:
        window = self._sizes.window
        found = _numbers(row.get("values", row.get(self._target)), "values")
        if len(found) < window:
            text = N_("The model needs %(window)s values, the oldest first; there are %(count)s.")
            raise refusal(text, field="values", window=window, count=len(found))
        return found[-window:]

    def _beside(self, row: Row) -> Floats:
        """The other fields as the network reads them: the window field by field at each step, then the days ahead."""
        sizes = self._sizes
        ahead = sizes.horizon if sizes.ahead else 0
        columns = []
        for field in self._others:
            told = row.get(field["name"])
            if told is None:
                columns.append(np.zeros(sizes.window + ahead))
                continue
            given = _numbers(told, field["name"])
            if len(given) < sizes.window + ahead:
                text = N_("“%(field)s” needs %(steps)s values, the oldest first; there are %(count)s.")
                raise refusal(text, field=field["name"], steps=sizes.window + ahead, count=len(given))
            columns.append((given[len(given) - sizes.window - ahead :] - field["center"]) / field["scale"])
        whole = np.stack(columns, 1) if columns else np.empty((sizes.window + ahead, 0))
        return np.concatenate([whole[: sizes.window].ravel(), whole[sizes.window :].ravel(), self._calendar(row)])

    def _calendar(self, row: Row) -> Floats:
        """Of the last value's moment; where it is not told, what is the mean of all of them."""
        told = row.get(self._moment["name"]) if self._moment else None
        if self._moment is None or told is None:
            return np.zeros(self._sizes.calendar)
        found: Floats = waved(np.array([moment_of(told, self._moment["name"])]), self._moment["waves"])[0]
        return found


def _numbers(told: Any, field: str) -> Floats:
    fits = isinstance(told, list) and 0 < len(told) <= MOST and all(map(_is_number, told))
    if not fits:
        raise refusal(N_("“%(field)s” is a list of numbers, the oldest first."), field=field)
    return np.array(told, np.float64)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300 and math.isfinite(value)  # noqa: PLR2004 - what a float can be scaled by
