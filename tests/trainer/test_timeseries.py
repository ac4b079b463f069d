"""Partners forecast: nothing of the future is learnt, and what needs no model is always beside."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from trainer.catalogue import recipe
from trainer.contract import Artifact, JobSpec, Log, Split, Started
from trainer.data.splits import by_time
from trainer.metrics import Judged
from trainer.predict import Predictor
from trainer.recipes.timeseries import reading, windows
from trainer.recipes.timeseries.objective import ByScaledError
from trainer.recipes.timeseries.program import read
from trainer.recipes.timeseries.reading import Series
from trainer.recipes.timeseries.schema import Parameters
from trainer.recipes.timeseries.windows import Shape
from trainer.sizes import Data, estimate_of
from trainer.tasks import plain

SMALL = {
    "hidden_layers": None, "window": 7, "horizon": 2, "season": 7, "epochs": 3, "batch_size": 16, "series": "shop",
    "bootstrap_samples": 100, "calendar": "none",
}  # fmt: skip
LAYERED = {"network": "convolutions", "channels": 4, "layers": 2}
BY_DAY: dict[str, Any] = {"kind": "time", "time": "day", "test_fraction": 0.25}


def sales(days: int, seed: int, shops: int = 2, *, begin: date = date(2024, 1, 1), noise: float = 0.2) -> pa.Table:
    """Shops of different sizes that sell more at weekends and on days with an offer, which is known ahead."""
    random = np.random.default_rng(seed)
    moments = [begin + timedelta(days=place) for place in range(days)]
    parts = []
    for shop in range(shops):
        offer = random.integers(0, 2, days)
        sold = 10.0 ** (1 + shop % 2) * (5 + 2 * np.array([m.weekday() >= 5 for m in moments]) + 3 * offer)
        sold = sold + 10.0 ** (1 + shop % 2) * noise * random.normal(size=days)
        name = [f"shop {shop}"] * days
        parts.append(pa.table({"day": pa.array(moments, pa.date32()), "shop": name, "offer": offer, "sold": sold}))
    return pa.concat_tables(parts)


@pytest.fixture
def of(job: MakeSpec) -> MakeSpec:
    """A small forecast of two partners' sales."""

    def make(parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
        values: dict[str, Any] = {
            "recipe": "timeseries", "target": "sold", "fields": ["day", "shop"], "split": BY_DAY,
            "tables": {"anvil": sales(90, 1), "borealis": sales(60, 2, begin=date(2024, 1, 31))},
        }  # fmt: skip
        return job(SMALL | (parameters or {}), **(values | changes))

    return make


def windows_of(spec: JobSpec) -> Any:
    return read(spec, recipe("timeseries").check(spec.parameters), lambda _: None)


@pytest.mark.parametrize("parameters", [{}, LAYERED], ids=["linear", "convolutions"])
def test_the_week_is_learnt(of: MakeSpec, parameters: dict[str, Any]) -> None:
    spec = of({"epochs": 30, "learning_rate": 0.01, "known_ahead": True} | parameters, fields=["day", "shop", "offer"])
    found = evaluation_of(spec)
    assert found["primary_metric"] == {"name": "mae", "higher_is_better": False}
    assert found["overall"]["metrics"]["skill"]["value"] > 0.4
    assert [one["step"] for one in found["horizon"]] == [1, 2]
    assert all(one["mae"] < one["naive_mae"] for one in found["horizon"])
    assert all(0.05 < width < 2 for width in found["band"]["half_widths"]), found["band"]  # of the window's spread
    assert all(share > 0.6 for share in found["band"]["covered"]), found["band"]
    assert all(width == float(f"{width:.3g}") for width in found["band"]["half_widths"]), "no row's own error"
    assert {one["organization"] for one in found["organizations"]} == {"anvil", "borealis"}


def test_where_no_fields_are_named_all_are_read(of: MakeSpec) -> None:
    """Who launches without choosing fields learns from the offers, too; words are left out and said so."""
    tables = {"anvil": sales(40, 1).append_column("mood", pa.array(["good"] * 80))}
    told: list[Any] = []
    spec = of({"known_ahead": True}, fields=None, tables=tables)
    found = reading.read(spec, recipe("timeseries").check(spec.parameters), told.append)  # type: ignore[arg-type]
    assert found.others == ["offer"]
    assert [event.params for event in told] == [{"fields": "mood"}]


def test_where_yesterday_is_best_the_skill_says_so(of: MakeSpec) -> None:
    """Sums of noise cannot be foreseen: who learns from a few of them does worse than who repeats the last value."""
    walk = pa.table({
        "day": [date(2024, 1, 1) + timedelta(days=n) for n in range(120)], "shop": ["s"] * 120,
        "sold": np.cumsum(np.random.default_rng(5).normal(size=120)),
    })  # fmt: skip
    found = evaluation_of(of({"epochs": 60, "learning_rate": 0.05}, tables={"anvil": walk}))
    assert found["overall"]["metrics"]["skill"]["value"] < 0


def test_measures_by_definition() -> None:
    truth, last, season = np.array([[2.0, 4.0], [1.0, 2.0]]), np.array([[1.0, 1.0], [2.0, 2.0]]), np.ones((2, 2))
    said = np.array([[2.0, 5.0], [1.0, 1.0]])
    judged = Judged(np.concatenate([truth, last, season], 1), said, "forecast")
    assert plain("mae", judged) == 0.5
    assert plain("rmse", judged) == pytest.approx(np.sqrt(0.5))
    assert plain("smape", judged) == pytest.approx((1 / 4.5 + 1 / 1.5) / 4)
    assert plain("median_ape", judged) == pytest.approx(0.125)
    assert plain("r2", judged) == pytest.approx(1 - 2 / 4.75)
    assert plain("skill", judged) == pytest.approx(1 - 0.5 / 1.25)


def test_nothing_is_learnt_from_a_window_that_reaches_into_the_test(of: MakeSpec) -> None:
    times, ends = np.arange(20.0), np.arange(20.0) + 2
    part = by_time(times, Split(kind="time", time="t", test_fraction=0.25, validation_fraction=0.25), ends)
    assert part is not None
    assert part.test.tolist() == [15, 16, 17, 18, 19]
    assert ends[part.validation].max() < 15
    assert ends[part.train].max() < times[part.validation].min()


def test_a_planted_future_is_of_no_use(of: MakeSpec) -> None:
    """From the moment on where the test begins everything is another: a model that had seen it would know."""
    content = sales(90, 1, noise=0.0)
    spec = of({"epochs": 1})
    evaluation_of(of({"epochs": 2}, tables={"anvil": content}))
    before = Path(spec.output, "model.safetensors").read_bytes()
    cut = date(2024, 1, 1) + timedelta(days=75)
    changed = [
        value * (100 if day >= cut else 1)
        for day, value in zip(content["day"].to_pylist(), content["sold"].to_pylist(), strict=True)
    ]
    later = content.set_column(3, "sold", pa.array(changed))
    found = evaluation_of(of({"epochs": 2}, tables={"anvil": later}))
    assert Path(spec.output, "model.safetensors").read_bytes() == before
    assert found["overall"]["metrics"]["mae"]["value"] > 100


def test_rows_of_shares_are_held_out_by_time_all_the_same(of: MakeSpec) -> None:
    spec = of({"time": "day"}, split={"kind": "holdout", "test_fraction": 0.3})
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert any("is held out: a forecast" in e.text for e in events if isinstance(e, Log))
    found = json.loads(Path(spec.output, "evaluation.json").read_text())
    assert (found["split"]["kind"], found["split"]["time"]) == ("time", "day")


def test_windows_are_in_order_whatever_the_rows_are(of: MakeSpec) -> None:
    content = sales(40, 1)
    mixed = content.take(np.random.default_rng(0).permutation(len(content)))
    told = [windows_of(of(tables={"anvil": one})) for one in (content, mixed)]
    assert np.array_equal(told[0].target.values, told[1].target.values)
    assert len(told[0].owner) == 2 * (40 - 7 - 2 + 1)
    name, past = told[0].past(0)
    assert name == "shop 0"
    assert past.tolist() == content["sold"].to_pylist()[:7]


def test_small_changes_of_a_large_number_are_judged_as_what_they_are() -> None:
    """A counter that stands at ten thousand million and moves by one: float32 would know it to a thousand."""
    random = np.random.default_rng(1)
    after = 1e10 + random.normal(size=(50, 2))
    objective = ByScaledError(after, after[:, 0].round(), np.ones(50), "mae", torch.device("cpu"))
    rows, outputs = torch.arange(50), torch.from_numpy(after - after[:, :1].round() + 0.05).float()
    told = objective.told(outputs, objective.wanted(rows, (outputs, None)))
    assert plain("mae", Judged(np.tile(after, 3), told.numpy(), "forecast")) == pytest.approx(0.05, rel=1e-3)
    assert objective.loss_of(told, rows) == pytest.approx(0.05, rel=1e-3)


def test_many_series_are_told_apart_in_their_order(of: MakeSpec) -> None:
    content = pa.concat_tables([sales(12, seed, shops=3) for seed in (1, 2)])
    mixed = content.take(np.random.default_rng(0).permutation(len(content)))
    source = windows_of(of({"window": 2, "season": 2}, tables={"borealis": mixed, "anvil": sales(20, 3)}))
    assert [(one.owner, one.name) for one in source.read.series] == [
        (0, "shop 0"), (0, "shop 1"), (0, "shop 2"), (1, "shop 0"), (1, "shop 1"),
    ]  # fmt: skip
    both = np.array(content["sold"].to_pylist()).reshape(2, 3, 12).mean(0)
    assert np.allclose([one.values for one in source.read.series[:3]], both)


def test_a_season_again_is_what_was_a_season_ago(of: MakeSpec) -> None:
    count = pa.table({"day": list(range(30)), "shop": ["s"] * 30, "sold": [float(n) for n in range(30)]})
    source = windows_of(of({"season": 3, "window": 5, "horizon": 4}, tables={"anvil": count}, fields=["day"]))
    assert source.target.values[0].tolist() == [5, 6, 7, 8, 4, 4, 4, 4, 2, 3, 4, 2]


@pytest.mark.parametrize("gaps", ["next", "fill"])
def test_repeated_moments_are_averaged_and_gaps_are_told(of: MakeSpec, gaps: str) -> None:
    days = [0, 1, 1, 2, 3, 5, *range(6, 30)]
    sold = [0.0, 1.0, 3.0, 2.0, 3.0, 5.0, *map(float, range(6, 30))]
    content = pa.table({"day": days, "shop": ["s"] * 30, "sold": sold})
    spec = of({"gaps": gaps}, tables={"anvil": content})
    told: list[Log] = []
    source = read(spec, recipe("timeseries").check(spec.parameters), told.append)
    said = [event.text % event.params for event in told]
    assert "1 rows repeat a moment of “day”: of each moment the mean is taken." in said
    assert any(text.startswith("1 steps are missing") for text in said)
    values = source.windows.values.tolist()
    assert values == [0, 2, 2, 3, *([4] if gaps == "fill" else []), *range(5, 30)]
    assert 4 not in source.target.values[:, 0] or gaps == "next"  # what was filled in is never judged by


def test_no_window_ends_with_what_a_line_to_the_future_filled_in() -> None:
    """The leak: a missing value halfway between its neighbours is known by whoever knows the day after."""
    filled = np.arange(12) == 6
    series = Series(0, "anvil", np.arange(12.0) ** 2, np.empty((12, 0)), np.arange(12.0), filled)
    found = windows.windows_of([series], Shape(3, 1, 1, "last", ahead=False), lambda _: None)
    last = (found.starts + 2).tolist()
    assert last == [2, 3, 4, 7, 8, 9, 10]  # 5 would be judged by a filled value, 6 is one


def test_forecasts_are_shown_where_everyone_may_see_rows(of: MakeSpec) -> None:
    assert "forecasts" not in evaluation_of(of())
    found = evaluation_of(viewable(of(), "borealis"))
    assert {one["organization"] for one in found["forecasts"]} == {"borealis"}
    shown = found["forecasts"][0]
    assert [len(shown[key]) for key in ("past", "truth", "forecast", "naive")] == [7, 2, 2, 2]
    masked = evaluation_of(viewable(of(masked=["shop"]), "borealis"))
    assert {one["name"] for one in masked["forecasts"]} == {""}
    hidden = viewable(of(masked=["sold"]), "borealis")
    assert "forecasts" not in evaluation_of(hidden)
    assert json.loads(Path(hidden.output, "preprocessing.json").read_text())["samples"] == []


def test_memory_holds_no_table_of_all_windows() -> None:
    """A table of 20,000 windows of 1,000 steps would be 160 MB; numpy tells tracemalloc of all that it takes."""
    steps = np.arange(21_000.0)
    series = Series(0, "s", steps, np.empty((21_000, 0)), steps, np.zeros(21_000, bool))
    cut = windows.windows_of([series], Shape(1000, 1, 7, "last", ahead=False), lambda _: None)
    tracemalloc.start()
    cut.measured(cut.whole(np.arange(15_000)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(cut.starts) == 20_000
    assert most < 50_000_000


@pytest.mark.parametrize("scaling", ["last", "mean"])
def test_a_small_series_is_told_as_narrowly_as_it_moves_beside_a_very_large_one(of: MakeSpec, scaling: str) -> None:
    small, large = sales(90, 1, shops=1), sales(90, 2, shops=1)
    sold = pa.array([value * 1e6 for value in large["sold"].to_pylist()])
    large = large.set_column(3, "sold", sold).set_column(1, "shop", [["large"] * 90])
    spec = of({"scaling": scaling}, tables={"anvil": pa.concat_tables([small, large])})
    evaluation_of(spec)
    past = small["sold"].to_pylist()[-7:]
    (told,) = Predictor(spec.output).predict([{"values": past}])
    assert told["high"][0] - told["low"][0] < 20 * np.std(past)
    (flat,) = Predictor(spec.output).predict([{"values": [40.0] * 7}])
    assert flat["forecast"][0] == pytest.approx(40, rel=0.1)


def test_windows_are_measured_by_what_was_read_of_them_and_no_more(of: MakeSpec) -> None:
    source = windows_of(of())
    rows = np.flatnonzero(source.times < np.median(source.times))[::3]
    seen = source.windows.past(rows)
    assert source.windows.whole(rows) == {"center": pytest.approx(seen.mean()), "scale": pytest.approx(seen.std())}
    read = set((source.windows.starts[rows][:, None] + np.arange(7)).ravel().tolist())
    assert set(np.flatnonzero(source.windows.read_by(rows)).tolist()) == read


def test_the_width_of_folds_is_in_the_unit_of_the_model_that_is_published(of: MakeSpec) -> None:
    walk = {"kind": "walk-forward", "time": "day", "test_fraction": 0.5, "folds": 3}
    spec = of({"scaling": "all"}, split=walk)
    source = windows_of(spec)
    evaluation_of(spec)
    published = json.loads(Path(spec.output, "preprocessing.json").read_text())
    unit = source.spread(np.arange(3), np.arange(20))
    assert unit.tolist() == [pytest.approx(published["whole"]["scale"])] * 3
    assert published["band"]["half_widths"]


@pytest.mark.parametrize("parameters", [{}, LAYERED], ids=["linear", "convolutions"])
def test_interrupted_and_resumed_is_bit_for_bit_the_same(of: MakeSpec, parameters: dict[str, Any]) -> None:
    _, whole = launch(of(parameters))
    spec = of(parameters)
    code, events = launch(spec, StopAfter(7))
    assert code == 3
    code, after = launch(of(parameters, resume_from=str(Path(spec.output, events[-1].path))))
    assert code == 0
    told = [{e.path: e.sha256 for e in run if isinstance(e, Artifact)} for run in (whole, after)]
    assert told[0] == told[1]


@pytest.mark.parametrize(("parameters", "numbers"), [({}, 1), (LAYERED, 1), (LAYERED | {"known_ahead": True}, 2)])
def test_size_is_told_beforehand(of: MakeSpec, parameters: dict[str, Any], numbers: int) -> None:
    spec = of(parameters, fields=["day", "shop", *["offer"][: numbers - 1]])
    code, events = launch(spec)
    assert code == 0, events[-1]
    known = recipe("timeseries")
    found = estimate_of(known, known.check(spec.parameters), Data(rows=300, numbers=numbers))
    assert found is not None
    assert found.parameters == next(event.parameters_count for event in events if isinstance(event, Started))
    assert isinstance(known.check(spec.parameters), Parameters)
