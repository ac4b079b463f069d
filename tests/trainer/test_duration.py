"""How long a job takes is told as a range that follows its work; benchmarks/estimates.py holds it against real jobs."""

from __future__ import annotations

from typing import Any

import pytest

from trainer.catalogue import recipe, seconds_of
from trainer.duration import AROUND, SPREAD
from trainer.sizes import Data

DATA: dict[str, dict[str, Any]] = {
    "tabular": {"rows": 40_000, "numbers": 20},
    "image-classification": {"rows": 5_000, "numbers": 784, "classes": 10},
    "text-classification": {"rows": 6_400, "size": 740_000},
    "language-model": {"rows": 1_000, "size": 470_000},
}


def told(name: str, parameters: dict[str, Any] | None = None, **changes: Any) -> tuple[float, float]:
    asked = {"steps": 10_000, "device": "cpu", "speed": 30e9} | changes
    found = seconds_of(name, parameters or {}, asked.pop("data", DATA[name]), **asked)
    assert found is not None
    return found


@pytest.mark.parametrize("name", DATA)
def test_the_range_follows_steps_and_speed_and_never_pretends_to_be_exact(name: str) -> None:
    low, high = told(name)
    assert AROUND[0] < low < high / SPREAD
    assert told(name, steps=20_000)[0] - AROUND[0] == pytest.approx(2 * (low - AROUND[0]))
    slow = told(name, speed=0.0)
    assert slow[0] > low
    assert slow[1] > high
    assert told(name, steps=0)[0] == AROUND[0]


def test_larger_models_and_batches_take_longer() -> None:
    small = told("tabular")
    assert told("tabular", {"hidden_layers": [1000, 1000]})[0] > 10 * small[0]
    assert told("tabular", {"batch_size": 320})[0] > small[0]
    assert told("language-model", {"layers": 8})[0] > told("language-model", {"layers": 4})[0]


def test_processes_share_the_rows_and_exchange_what_they_learnt() -> None:
    heavy = {"layers": 8, "batch_size": 64}
    one, two, four = (told("language-model", heavy, processes=count) for count in (1, 2, 4))
    assert one[0] > two[0] > four[0]
    assert one[0] < 2 * two[0]  # never more than their number
    small = {"hidden_layers": [4], "batch_size": 8}
    assert told("tabular", small, processes=2)[1] > told("tabular", small)[1]  # where nothing is to be shared


def test_threads_may_help_large_steps_and_promise_nothing() -> None:
    one, two = told("language-model"), told("language-model", threads=2)
    assert two[1] == one[1]
    assert one[0] / 2 < two[0] < one[0]
    assert told("tabular", {"hidden_layers": [4]}, threads=2) == told("tabular", {"hidden_layers": [4]})
    assert told("language-model", device="gpu", threads=2) == told("language-model", device="gpu")


def test_gpus_are_faster() -> None:
    assert told("language-model", device="gpu", speed=0.0)[1] < told("language-model", speed=0.0)[1]


def test_who_knows_no_base_model_tells_no_time() -> None:
    assert seconds_of("fine-tune", {}, {"rows": 10}, steps=10, device="cpu", speed=0.0) is None
    assert recipe("fine-tune").needs_base
    assert Data(rows=10).base is None
