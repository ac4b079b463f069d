"""A forecast that reads the calendar: what it knows of dates beforehand, and nothing else of what is to come."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_hostile_recipes import ended
from tests.trainer.test_timeseries import LAYERED, of, sales
from trainer.catalogue import recipe
from trainer.contract import Artifact, JobSpec, Started
from trainer.predict import Predictor
from trainer.recipes.timeseries.calendar import waved
from trainer.recipes.timeseries.periods import waves_of
from trainer.recipes.timeseries.program import SeriesSource, read
from trainer.sizes import Data, estimate_of

__all__ = ["of"]  # the fixture
SHORT = {"window": 2, "season": 2, "horizon": 3}  # two days show no week


def seconds(*moments: str) -> Any:
    return np.array([datetime.fromisoformat(one).replace(tzinfo=UTC).timestamp() for one in moments])


def source_of(spec: JobSpec) -> SeriesSource:
    return read(spec, recipe("timeseries").check(spec.parameters), lambda _: None)


def timed(step: timedelta, steps: int) -> pa.Table:
    moments = [datetime(2024, 1, 1) + place * step for place in range(steps)]  # noqa: DTZ001 - as files hold them
    return pa.table({"day": moments, "shop": ["s"] * steps, "sold": np.random.default_rng(0).normal(size=steps)})


def test_waves_turn_once_a_day_a_week_and_a_year() -> None:
    angle = 2 * np.pi * np.array([0, 0.25, 0.75])
    once = np.stack([np.cos(angle), np.sin(angle)], 1)
    hours = seconds("2024-02-29 00:00", "1969-05-03 06:00", "2040-12-31 18:00")
    assert waved(hours, {"day": 1}) == pytest.approx(once, abs=1e-6)
    days = seconds("2026-11-23 00:00", "2026-11-24 18:00", "2026-11-28 06:00")  # a Monday, and what is late by 1¾ days
    assert waved(days, {"week": 1}) == pytest.approx(once, abs=1e-6)
    months = seconds("2024-01-01", "1950-04-01", "2023-10-01")
    assert waved(months, {"year": 1}) == pytest.approx(once, abs=1e-6)
    assert waved(months, {"year": 2})[:, 1] == pytest.approx([1, -1, -1], abs=1e-6)
    assert waved(months, {}).shape == (3, 0)


@pytest.mark.parametrize(
    ("step", "steps", "expected"),
    [
        (timedelta(hours=1), 24 * 30, {"day": 4, "week": 3}),  # a month shows no year
        (timedelta(hours=6), 4 * 30, {"day": 2, "week": 3}),
        (timedelta(days=1), 60, {"week": 3}),
        (timedelta(days=1), 800, {"week": 3, "year": 6}),
        (timedelta(days=7), 110, {"year": 6}),
        (timedelta(days=365), 50, {}),
    ],
)
def test_what_is_read_follows_from_the_steps(
    of: MakeSpec, step: timedelta, steps: int, expected: dict[str, int]
) -> None:
    source = source_of(of({"calendar": "auto"}, tables={"anvil": timed(step, steps)}))
    assert source.waves == expected
    assert waves_of(source.read, "none") == {}


def test_months_are_told_apart(of: MakeSpec) -> None:
    months = [date(2000 + place // 12, 1 + place % 12, 1) for place in range(60)]
    content = pa.table({"day": months, "shop": ["s"] * 60, "sold": [float(m.month) for m in months]})
    assert source_of(of({"calendar": "auto"}, tables={"anvil": content})).waves == {"year": 6}


@pytest.mark.parametrize("parameters", [{}, LAYERED], ids=["linear", "convolutions"])
def test_a_weekday_is_foreseen_from_too_few_days_to_see_a_week(of: MakeSpec, parameters: dict[str, Any]) -> None:
    content = timed(timedelta(days=1), 200)
    sold = np.array([5, 1, 4, 2, 9, 3, 7])[np.arange(200) % 7] + 0.2 * content["sold"].to_numpy()
    tables = {"anvil": content.set_column(2, "sold", pa.array(sold))}
    learning = SHORT | parameters | {"epochs": 40, "learning_rate": 0.02, "scaling": "all"}
    skill = [
        evaluation_of(of(learning | {"calendar": chosen}, tables=tables))["overall"]["metrics"]["skill"]["value"]
        for chosen in ("none", "week")
    ]
    assert skill[1] > 0.8
    assert 1 - skill[1] < 0.6 * (1 - skill[0])  # convolutions know some days by the two before


@pytest.mark.parametrize("calendar", ["week", "auto"])
def test_what_is_read_is_the_same_whatever_comes_later(of: MakeSpec, calendar: str) -> None:
    """Also where later steps are missing: that they are is not known beforehand."""
    whole = sales(60, 1, shops=1)
    gap = whole.take([*range(40), *range(50, 60)])
    inputs = []
    for content in (whole, gap, whole.slice(0, 50)):
        source = source_of(of({"calendar": calendar, "series": ""}, tables={"anvil": content}, fields=["day"]))
        rows = np.flatnonzero(source.windows.lasts <= seconds("2024-02-08")[0])
        feed = source.prepare(rows[:20]).feed(torch.device("cpu"))
        inputs.append(feed.take(torch.from_numpy(rows))[0])
    assert inputs[0].shape[1] == 7 + 6
    assert torch.equal(inputs[0][: len(inputs[1])], inputs[1])
    assert torch.equal(inputs[0][: len(inputs[2])], inputs[2])


def test_what_the_published_model_answers_is_what_was_judged(of: MakeSpec) -> None:
    learning = LAYERED | {"epochs": 10, "learning_rate": 0.01, "calendar": "week", "series": ""}
    spec = viewable(of(learning, fields=["day"], tables={"anvil": sales(90, 1, shops=1)}), "anvil")
    shown = evaluation_of(spec)["forecasts"][0]
    last = (date(2024, 1, 1) + timedelta(days=90 - 2 - 1)).isoformat()  # the latest forecast that could be judged
    predictor = Predictor(spec.output)
    for told in (last, f"{last} 00:00", f"{last}T01:00+01:00", ["2024-01-01", last]):
        answer = predictor.predict([{"values": shown["past"], "day": told}])[0]
        assert answer["forecast"] == pytest.approx(shown["forecast"], rel=1e-4)
        assert "warnings" not in answer
    without = predictor.predict([{"values": shown["past"]}])[0]
    assert without["forecast"] != pytest.approx(shown["forecast"], rel=1e-4)
    assert "does without the calendar" in without["warnings"][0]["text"]
    samples = predictor.preprocessing["samples"]
    assert [sorted(one) for one in samples] == [["day", "values"]] * 3
    assert len(predictor.predict(samples)) == 3


@pytest.mark.parametrize("told", ["tomorrow", "", [], [None], 3, True, "2024-13-01"])
def test_what_is_no_moment_is_answered_with_a_sentence(of: MakeSpec, told: Any) -> None:
    spec = of({"calendar": "week", "epochs": 1})
    evaluation_of(spec)
    with pytest.raises(Exception, match="“day” tells when the last value was"):
        Predictor(spec.output).predict([{"values": [1.0] * 7, "day": told}])


def test_a_masked_time_is_in_no_sample(of: MakeSpec) -> None:
    spec = viewable(of({"calendar": "week"}, masked=["day"]), "anvil")
    evaluation_of(spec)
    samples = json.loads(Path(spec.output, "preprocessing.json").read_text())["samples"]
    assert [sorted(one) for one in samples] == [["values"]] * 3


@pytest.mark.parametrize("parameters", [{}, LAYERED], ids=["linear", "convolutions"])
def test_interrupted_and_resumed_is_bit_for_bit_the_same(of: MakeSpec, parameters: dict[str, Any]) -> None:
    parameters = parameters | {"calendar": "auto"}
    _, whole = launch(of(parameters))
    spec = of(parameters)
    code, events = launch(spec, StopAfter(7))
    assert code == 3
    code, after = launch(of(parameters, resume_from=str(Path(spec.output, events[-1].path))))
    assert code == 0
    told = [{e.path: e.sha256 for e in run if isinstance(e, Artifact)} for run in (whole, after)]
    assert told[0] == told[1]


@pytest.mark.parametrize("parameters", [{"calendar": "week"}, LAYERED | {"calendar": "week"}])
def test_size_is_told_beforehand(of: MakeSpec, parameters: dict[str, Any]) -> None:
    spec = of(parameters)
    code, events = launch(spec)
    assert code == 0, events[-1]
    known = recipe("timeseries")
    found = estimate_of(known, known.check(spec.parameters), Data(rows=300, numbers=1))
    assert found is not None
    assert found.parameters == next(event.parameters_count for event in events if isinstance(event, Started))


def numbered(days: int) -> pa.Table:
    content = sales(days, 1)
    return content.set_column(0, "day", pa.array(np.tile(np.arange(days), 2)))


@pytest.mark.parametrize(
    ("calendar", "content", "words"),
    [
        ("week", numbered(60), "“day” holds no dates"),
        ("day", sales(60, 1), "Steps of “day” are too long"),
        ("week", timed(timedelta(days=7), 60), "Steps of “day” are too long"),
        ("week", sales(60, 1).slice(0, 1), "has 9 steps"),
    ],
)
def test_a_calendar_that_tells_nothing_ends_in_a_sentence(
    of: MakeSpec, calendar: str, content: pa.Table, words: str
) -> None:
    ended(launch(of({"calendar": calendar}, tables={"anvil": content}))[1], words)


def test_automatically_numbers_have_no_calendar(of: MakeSpec) -> None:
    assert source_of(of({"calendar": "auto"}, tables={"anvil": numbered(60)})).waves == {}
