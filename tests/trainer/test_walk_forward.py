"""Block after block is judged by a model of what was before; markets and leaks are planted in what comes later."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_hostile_recipes import ended
from tests.trainer.test_trading import market, traded
from trainer.contract import Artifact, JobSpec, Split
from trainer.data.splits import walk_forward

WALK = {"kind": "walk-forward", "time": "day", "test_fraction": 0.5, "folds": 4}


def test_each_block_is_judged_by_what_was_before_it() -> None:
    times = np.random.default_rng(0).permutation(np.repeat(np.arange(50.0), 4))
    parts = walk_forward(times, Split.model_validate(WALK))
    assert [sorted(set(times[part.test].tolist()))[0] for part in parts] == [25, 32, 38, 44]
    assert np.unique(np.concatenate([part.test for part in parts])).tolist() == np.flatnonzero(times >= 25).tolist()
    for part in parts:
        assert times[part.train].max() < times[part.validation].min()
        assert times[part.validation].max() < times[part.test].min()
        assert len(part.train) + len(part.validation) == (times < times[part.test].min()).sum()
    assert walk_forward(np.ones(9), Split.model_validate(WALK)) == []
    assert len(walk_forward(np.arange(4.0), Split.model_validate(WALK))) == 2  # no more than there are moments


def test_alice_is_judged_on_block_after_block(job: MakeSpec) -> None:
    spec = traded(job, split=WALK)
    found = evaluation_of(viewable(spec, "anvil", "borealis"))
    assert found["overall"]["rows"] == 500
    assert found["trading"]["overall"]["moments"] == 250
    blocks = found["trading"]["blocks"]
    assert [one["moments"] for one in blocks] == [63, 62, 63, 62]
    assert blocks[0]["to"] < blocks[1]["from"]
    total = np.prod([1 + one["model"] for one in blocks]) - 1
    assert found["trading"]["overall"]["model"]["total"] == pytest.approx(total, rel=1e-6)
    assert found["trading"]["overall"]["ahead"]["value"] > 0
    assert "blocks" not in evaluation_of(traded(job, split=WALK))["trading"]  # they could be taken apart


def test_nothing_of_a_block_or_of_what_is_later_reaches_its_predictions(job: MakeSpec) -> None:
    """From the third block on another market is planted, in which the signal means the contrary."""
    tables = {"anvil": market(400, 1)}
    gain = np.array(tables["anvil"]["gain"].to_pylist())
    turned = np.where(np.arange(400) >= 300, -5 * gain, gain)
    changed = {"anvil": tables["anvil"].set_column(3, "gain", pa.array(turned))}
    blocks = [
        evaluation_of(viewable(traded(job, split=WALK, tables=content), "anvil"))["trading"]["blocks"]
        for content in (tables, changed)
    ]
    assert blocks[0][:2] == blocks[1][:2]
    assert blocks[0][2:] != blocks[1][2:]


def test_a_planted_leak_is_named_in_a_walk_too(job: MakeSpec) -> None:
    """A field that knows tomorrow: the walk cannot make it honest, so it is named instead of praised."""
    leaky = evaluation_of(traded(job, split=WALK, fields=["signal", "tomorrow"]))["trading"]
    honest = evaluation_of(traded(job, split=WALK))["trading"]
    assert leaky["suspects"] == ["tomorrow"]
    assert honest["suspects"] == []
    assert leaky["overall"]["model"]["sharpe"]["value"] > 3 * honest["overall"]["model"]["sharpe"]["value"]


def test_the_published_model_of_a_walk_has_learnt_from_all(job: MakeSpec) -> None:
    spec = traded(job, split=WALK, parameters={"returns": ""})
    found = evaluation_of(spec)
    assert [one["rows"]["train"] for one in found["organizations"]] == [500, 500]
    _, events = launch(spec)
    whole = {e.path: e.sha256 for e in events if isinstance(e, Artifact)}
    code, events = launch(spec, StopAfter(90))
    assert code == 3
    resumed = spec.model_copy(update={"resume_from": str(Path(spec.output, events[-1].path))})
    code, events = launch(resumed)
    assert code == 0
    assert {e.path: e.sha256 for e in events if isinstance(e, Artifact)} == whole


def prices(days: int, seed: int, *, follows: float) -> pa.Table:
    """Logarithms of returns, each of which takes up a part of the one before."""
    noise, gains = 0.01 * np.random.default_rng(seed).normal(size=days), [0.0]
    for shock in noise[1:]:
        gains.append(0.0003 + follows * gains[-1] + float(shock))
    return pa.table({"day": [date(2020, 1, 1) + timedelta(days=n) for n in range(days)], "gain": gains})


def forecast_gains(job: MakeSpec, follows: float = 0.5, **changes: Any) -> JobSpec:
    parameters = {"hidden_layers": None, "window": 5, "horizon": 1, "season": 5, "scaling": "all", "back_test": "log"}
    parameters |= {"epochs": 20, "learning_rate": 0.01, "loss": "mse"} | changes.pop("parameters", {})
    tables = {"anvil": prices(500, 1, follows=follows), "borealis": prices(500, 2, follows=follows)}
    values: dict[str, Any] = {"recipe": "timeseries", "target": "gain", "fields": ["day"], "split": WALK}
    return job(parameters, **(values | {"tables": tables} | changes))


def test_forecast_returns_are_traded_where_they_follow_each_other(job: MakeSpec) -> None:
    found = evaluation_of(viewable(forecast_gains(job), "anvil", "borealis"))["trading"]
    assert found["returns"] == "gain"
    assert len(found["blocks"]) == 4
    assert found["overall"]["ahead"]["value"] > 0
    assert {one["organization"] for one in found["organizations"]} == {"anvil", "borealis"}


def test_where_nothing_follows_nothing_is_earned_beyond_costs(job: MakeSpec) -> None:
    """A test that read the return it predicts would earn a fortune here."""
    found = evaluation_of(forecast_gains(job, follows=0.0))["trading"]
    assert found["overall"]["ahead"]["value"] < 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"masked": ["gain"]}, "a back-test would show its values"),
        ({"parameters": {"back_test": "simple"}, "tables": {"anvil": prices(500, 1, follows=0.5).set_column(
            1, "gain", pa.array([-2.0] * 500))}}, "nothing loses more than itself"),
        ({"tables": {"anvil": prices(30, 1, follows=0.5)}}, "needs 20 held-out moments"),
        ({"tables": {"anvil": prices(500, 1, follows=0.5).set_column(1, "gain", pa.array([900.0] * 500))}}, "0.01"),
    ],
)  # fmt: skip
def test_what_is_no_return_is_refused(job: MakeSpec, changes: dict[str, Any], words: str) -> None:
    _, events = launch(forecast_gains(job, **changes))
    ended(events, words)
