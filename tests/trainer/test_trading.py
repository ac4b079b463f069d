"""Held out by time, and judged by what the predictions would have earned; leaks from the future are planted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_hostile import failed
from trainer.contract import Split
from trainer.data.splits import by_time
from trainer.data.times import times_of
from trainer.evaluation import trading
from trainer.evaluation.trading import blocks, both, curve, drawdown, measured, sharpe
from trainer.seeding import numpy_generator

BY_TIME = {"kind": "time", "time": "day", "test_fraction": 0.4}
BACK_TEST: dict[str, Any] = {"returns": "gain", "epochs": 15, "learning_rate": 0.01}


def market(days: int, seed: int, *, edge: float = 0.006, begin: date = date(2020, 1, 1)) -> pa.Table:
    """A traded thing whose gain until the next day follows a signal of the evening before, in a market that rises."""
    random = np.random.default_rng(seed)
    signal, noise = random.normal(size=days), random.normal(size=days)
    gain = 0.0005 + edge * signal + 0.01 * random.normal(size=days)
    moments = [begin + timedelta(days=place) for place in range(days)]
    return pa.table({
        "day": pa.array(moments, pa.date32()), "signal": signal, "noise": noise, "gain": gain,
        "tomorrow": gain + 0.001 * random.normal(size=days), "way": np.where(gain > 0, "rise", "fall"),
    })  # fmt: skip


def late(content: pa.Table) -> pa.Table:
    """The same, with returns in its latest part alone."""
    gain = content["gain"].to_pylist()
    return content.set_column(3, "gain", pa.array([None] * 120 + gain[120:]))


def traded(job: MakeSpec, **changes: Any) -> Any:
    tables = {"anvil": market(500, 1), "borealis": market(500, 2)}
    parameters = BACK_TEST | changes.pop("parameters", {})
    defaults: dict[str, Any] = {"target": "gain", "fields": ["signal", "noise"], "split": BY_TIME, "tables": tables}
    return job(parameters, **(defaults | changes))


def test_what_is_later_is_held_out_and_moments_stay_together() -> None:
    times = np.array([3.0, 1, 2, 2, 4, 5, 5, 5])
    part = by_time(times, Split(kind="time", time="day", test_fraction=0.4, validation_fraction=0.25))
    assert part is not None
    assert times[part.test].tolist() == [5, 5, 5]
    assert times[part.validation].tolist() == [4]
    assert sorted(times[part.train].tolist()) == [1, 2, 2, 3]
    assert by_time(np.ones(5), Split(kind="time", time="day")) is None


def test_nobody_learns_from_anybodys_future(job: MakeSpec) -> None:
    """Borealis began later; the moment that divides past and future is the same for both."""
    tables = {"anvil": market(300, 1), "borealis": market(100, 2, begin=date(2020, 8, 27))}
    spec = traded(job, tables=tables, split=BY_TIME | {"test_fraction": 0.25}, parameters={"returns": ""})
    found = evaluation_of(spec)
    rows = {one["organization"]: one["rows"] for one in found["organizations"]}
    last = 299 - rows["anvil"]["test"]  # the last day of the past
    assert rows["borealis"]["test"] == (239 + np.arange(100) > last).sum()
    assert sum(one["test"] for one in rows.values()) == pytest.approx(0.25 * 400, abs=1)
    assert found["split"] == BY_TIME | {"test_fraction": 0.25, "validation_fraction": 0.1, "folds": 5, "seed": 0}


@pytest.mark.parametrize("written", ["2020-01-{:02d}", "2020-01-{:02d}T09:30:00", "2020-01-{:02d}T09:30:00Z", "{}"])
def test_times_are_read_as_they_are_written(job: MakeSpec, written: str) -> None:
    content = market(31, 1)
    texts: list[Any] = [written.format(place + 1) for place in range(31)]
    texts = [int(text) for text in texts] if written == "{}" else texts
    days = content.set_column(0, "day", pa.array(texts))
    found = times_of(traded(job, tables={"anvil": days}), "day")
    assert np.diff(found.values) == pytest.approx(np.full(30, 1 if written == "{}" else 86_400))
    assert str(found.said(found.values[0])).startswith("1" if written == "{}" else "2020-01-01")


def test_a_row_without_a_time_is_told(job: MakeSpec) -> None:
    content = market(31, 1)
    days = content.set_column(0, "day", pa.array(["", *(f"2020-01-{day:02d}" for day in range(1, 31))]))
    code, events = launch(traded(job, tables={"anvil": days}))
    assert code == 1
    assert "missing in 1 rows" in events[-1].text % events[-1].params


def test_back_test_by_hand() -> None:
    times, things = np.array([1.0, 2, 3, 1, 2, 3]), np.array([0, 0, 0, 1, 1, 1])
    returns = np.array([0.10, -0.20, 0.30, 0.02, 0.04, -0.06])
    long = np.array([True, False, True, False, True, True])
    model, hold = both(times, things, returns, long, cost=0.01)
    # In at 1, out at 2, in at 3; and out, in at 2, still in at 3: each change costs a hundredth.
    assert model == pytest.approx([(0.10 - 0.01 + 0) / 2, (0 - 0.01 + 0.04 - 0.01) / 2, (0.30 - 0.01 - 0.06) / 2])
    assert hold == pytest.approx([(0.10 + 0.02) / 2 - 0.01, (-0.20 + 0.04) / 2, (0.30 - 0.06) / 2])
    rows = np.array([[0.1, -0.2, 0.3, -0.5, 0.1]])
    assert drawdown(rows) == pytest.approx([0.5])  # from 1.144 to 0.572
    assert drawdown(np.array([[-0.1, 0.2]])) == pytest.approx([0.1])  # below what one began with
    assert sharpe(rows, 252) == pytest.approx(rows.mean() / rows.std(ddof=1) * 252**0.5)
    assert np.isnan(sharpe(np.zeros((1, 5)), 252)).all()


def test_nothing_loses_more_than_itself() -> None:
    model, _ = both(np.array([1.0, 2]), np.zeros(2, int), np.array([-1, 0.1]), np.ones(2, bool), cost=0.01)
    assert model.tolist() == [-1, 0.1]
    assert drawdown(model[None]).tolist() == [1]


def test_long_back_tests_are_resampled_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    days = np.random.default_rng(5).normal(0.05, 1, 100) / 100
    whole = measured((days, days), 1.0, 400, 0)
    monkeypatch.setattr(trading, "AT_ONCE", 1000)  # ten resamples at a time
    parts = measured((days, days), 1.0, 400, 0)
    assert parts["ahead"] == {"value": 0.0, "low": 0.0, "high": 0.0}  # the same days were drawn for both
    assert parts["model"]["sharpe"]["low"] == pytest.approx(whole["model"]["sharpe"]["low"], abs=0.03)
    assert parts["model"]["sharpe"]["high"] == pytest.approx(whole["model"]["sharpe"]["high"], abs=0.03)


def test_a_class_that_is_new_is_judged_by_the_one_that_is_not(job: MakeSpec) -> None:
    """Until the held-out part all days were falls, so the other class stands for a rise, whatever it is called."""
    content = market(200, 1)
    gain = -np.abs(np.asarray(content["gain"]))
    gain[150:] = np.abs(gain[150:])
    way = np.where(np.arange(200) < 150, "b: down", "a: up")
    changed = content.set_column(3, "gain", pa.array(gain)).set_column(5, "way", pa.array(way))
    found = evaluation_of(traded(job, target="way", tables={"anvil": changed}))["trading"]["overall"]
    assert found["invested"] == 0  # the model knows falls alone


def test_blocks_are_runs_of_days_that_draw_each_as_often() -> None:
    drawn = blocks(60, 4000, numpy_generator(0, "blocks"))
    assert drawn.shape == (4000, 60)
    assert np.bincount(drawn.ravel()) / drawn.size == pytest.approx(np.full(60, 1 / 60), rel=0.1)
    goes_on = ((np.diff(drawn, axis=1) % 60) == 1).mean()
    assert goes_on == pytest.approx(1 - (1 - 1 / 60) / 60 ** (1 / 3), abs=0.01)  # a new block may begin there by chance


def test_interval_of_the_sharpe_ratio_is_as_wide_as_theory_has_it() -> None:
    """Of independent days the variance is (1 + S² / 2) / n (Lo, The Statistics of Sharpe Ratios, 2002, table 1)."""
    days = np.random.default_rng(5).normal(0.05, 1, 1000)
    found = measured((days, days), 1.0, 1000, 0)["model"]["sharpe"]
    width = 2 * 1.96 * ((1 + found["value"] ** 2 / 2) / 1000) ** 0.5
    assert found["high"] - found["low"] == pytest.approx(width, rel=0.2)


def test_a_signal_earns_more_than_holding_for_everybody_and_each(job: MakeSpec) -> None:
    found = evaluation_of(viewable(traded(job), "anvil"))["trading"]
    assert found["per_year"] == pytest.approx(365.25)
    assert (found["returns"], found["cost"], found["suspects"]) == ("gain", 0.001, [])
    assert found["span"] == ["2020-10-27", "2021-05-14"]
    overall = found["overall"]
    assert overall["moments"] == 200
    assert overall["rows"] == 400
    assert 0.3 < overall["invested"] < 0.8
    assert overall["ahead"]["low"] > 0
    assert overall["model"]["drawdown"]["value"] < overall["hold"]["drawdown"]["value"]
    assert overall["points"][0] == [0, 1.0, 1.0]
    anvil, borealis = found["organizations"]
    assert len(anvil["points"]) == 201
    assert [point[0] for point in borealis["points"]] == list(range(0, 201, 20))  # single rows are nobody's to see
    assert anvil["model"]["total"] == pytest.approx(anvil["points"][-1][1] - 1, abs=1e-5)


@pytest.mark.parametrize(("moments", "last"), [(80, 80), (81, 60), (99, 60), (100, 100), (25, 0)])
def test_the_total_tells_no_single_return_behind_the_last_point(moments: int, last: int) -> None:
    days = np.full(moments, 0.001)
    assert curve((days, days), 20)[-1][0] == last
    assert curve((days, days), 1)[-1][0] == moments


@pytest.mark.parametrize("labels", [("fall", "rise"), ("1 up", "2 down")])
def test_which_class_means_a_rise_is_learnt_from_the_past(job: MakeSpec, labels: tuple[str, str]) -> None:
    rise = next(label for label in labels if label in {"rise", "1 up"})
    fall = next(label for label in labels if label != rise)
    tables = {"anvil": market(500, 1)}
    way = np.where(np.asarray(tables["anvil"]["gain"]) > 0, rise, fall)
    tables["anvil"] = tables["anvil"].set_column(5, "way", pa.array(way))
    found = evaluation_of(traded(job, target="way", tables=tables))["trading"]["overall"]
    assert found["ahead"]["value"] > 0
    assert found["model"]["total"] > found["hold"]["total"]


def test_without_a_signal_holding_wins_and_costs_are_told(job: MakeSpec) -> None:
    tables = {"anvil": market(800, 7, edge=0.0)}
    dear = traded(job, tables=tables, fields=["noise"], parameters={"trading_cost": 0.01, "periods_per_year": 252})
    found = evaluation_of(dear)["trading"]
    assert found["per_year"] == 252
    assert found["overall"]["ahead"]["value"] < 0
    free = evaluation_of(traded(job, tables=tables, fields=["noise"], parameters={"trading_cost": 0.0}))["trading"]
    assert free["overall"]["model"]["total"] > found["overall"]["model"]["total"]


def test_a_field_from_the_future_is_found_out(job: MakeSpec) -> None:
    """The leak: “tomorrow” holds what the next day will bring. Its model would be rich, and the page says why."""
    leaking = evaluation_of(traded(job, fields=["signal", "tomorrow"]))["trading"]
    honest = evaluation_of(traded(job))["trading"]
    assert leaking["overall"]["model"]["sharpe"]["value"] > 2 * honest["overall"]["model"]["sharpe"]["value"]
    assert leaking["suspects"] == ["tomorrow"]
    assert honest["suspects"] == []


def test_a_split_that_mixes_past_and_future_is_refused(job: MakeSpec) -> None:
    """The leak: neighbouring days resemble each other, so days drawn at random would give the held-out ones away."""
    code, events = launch(traded(job, split={"kind": "holdout"}))
    assert code == 1
    assert "split by time" in events[-1].text


def test_the_future_changes_nothing_of_the_past(job: MakeSpec) -> None:
    """The leak: whatever happens later, what was earned until then stays as it was."""
    days = np.random.default_rng(3).normal(0.001, 0.01, 100)
    long = np.random.default_rng(4).random(100) < 0.5
    whole = both(np.arange(100.0), np.zeros(100, int), days, long, 0.001)
    short = both(np.arange(60.0), np.zeros(60, int), days[:60], long[:60], 0.001)
    assert whole[0][:60] == pytest.approx(short[0])
    assert whole[1][:60] == pytest.approx(short[1])


def test_returns_are_no_field_to_learn_from(job: MakeSpec) -> None:
    spec = traded(job, target="way", fields=["signal", "gain"])
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert any(getattr(event, "params", {}).get("field") == "gain" for event in events)
    assert "gain" not in Path(spec.output, "preprocessing.json").read_text()


@pytest.mark.parametrize(("changes", "said"), [
    ({"masked": ["gain"], "target": "way"}, "masked"),
    ({"parameters": {"returns": "noise"}}, "nothing loses more than itself"),
    ({"parameters": {"returns": "nothing"}}, "holds no returns"),
    ({"split": BY_TIME | {"time": "way"}}, "does not tell of every row when it was"),
    ({"split": BY_TIME | {"time": "nothing"}}, "does not tell of every row when it was"),
    ({"tables": {"anvil": pa.concat_tables([market(60, 1), market(60, 2)])}}, "several rows of the same traded thing"),
    ({"parameters": {"instrument": "nothing"}}, "tells no traded things apart"),
    ({"tables": {"anvil": market(45, 1)}}, "needs 20 held-out moments with a return; there are 18."),
    ({"tables": {"anvil": late(market(200, 1))}, "target": "way"}, "nothing tells which class stands for a rise"),
])  # fmt: skip
def test_what_makes_no_sense_ends_in_a_sentence(job: MakeSpec, changes: dict[str, Any], said: str) -> None:
    code, events = launch(traded(job, **changes))
    assert code == 1
    assert said in events[-1].text % events[-1].params


def test_things_that_are_told_apart_share_a_moment(job: MakeSpec) -> None:
    parts = [market(200, 1), market(200, 2)]
    named = [part.append_column("ticker", pa.array([name] * 200)) for part, name in zip(parts, "AB", strict=True)]
    spec = traded(job, tables={"anvil": pa.concat_tables(named)}, parameters={"instrument": "ticker"})
    found = evaluation_of(spec)["trading"]["overall"]
    assert (found["moments"], found["rows"]) == (80, 160)


def test_a_masked_time_is_not_told(job: MakeSpec) -> None:
    found = evaluation_of(traded(job, masked=["day"]))["trading"]
    assert found["span"] is None
    assert "2020" not in str(found["overall"]["points"])


def test_returns_in_percent_that_grow_beyond_counting_are_refused(job: MakeSpec) -> None:
    content = market(500, 1)
    grown = content.set_column(content.column_names.index("gain"), "gain", pa.array(np.full(500, 4.5)))
    _, events = launch(traded(job, tables={"anvil": grown}))
    failed(events, "spec", "“gain” holds 4.5 and multiplies money beyond counting: 0.01 stands for 1 %.")


def test_days_that_no_calendar_has_are_refused(job: MakeSpec) -> None:
    content = market(500, 1)
    far = pa.array(np.arange(500) * 10_000_000_000, pa.timestamp("s"))
    _, events = launch(traded(job, tables={"anvil": content.set_column(0, "day", far)}))
    failed(events, "data", "“day” does not tell of every row when it was.")


def test_who_has_only_a_past_or_only_a_future_takes_part_all_the_same(job: MakeSpec) -> None:
    tables = {
        "anvil": market(200, 1),
        "borealis": market(60, 2, begin=date(2019, 1, 1)),
        "cobalt": market(40, 3, begin=date(2020, 7, 1)),
    }
    found = evaluation_of(traded(job, tables=tables, split=BY_TIME | {"test_fraction": 0.2}))
    rows = {one["organization"]: one["rows"] for one in found["organizations"]}
    assert rows["borealis"]["test"] == 0
    assert rows["cobalt"]["train"] == 0
    early, late = found["organizations"][1:]
    assert early["own"]["together"]["rmse"]["reason"] == "Undefined: no rows were held out."
    assert set(late["own"]) == {"together"}  # there was nothing to learn from alone
    assert [one["organization"] for one in found["trading"]["organizations"]] == ["anvil", "cobalt"]
