"""Series that make no sense, or whose numbers are beyond all measure, end in a sentence or in a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_evaluation_parts import evaluation_of
from tests.trainer.test_hostile_recipes import ended
from tests.trainer.test_timeseries import BY_DAY, of, sales, windows_of
from trainer.catalogue import recipe
from trainer.contract import Failed, SpecError
from trainer.predict import Predictor
from trainer.recipes.timeseries import reading

__all__ = ["of"]


def one_value(days: int) -> pa.Table:
    return sales(days, 1).set_column(3, "sold", pa.array([7.0] * (2 * days)))


@pytest.mark.parametrize(
    ("parameters", "changes", "words"),
    [
        ({"window": 7, "season": 8}, {}, "must hold a season"),
        ({}, {"split": {"kind": "k-fold"}}, "hold out by time"),
        ({}, {"split": {"kind": "group", "group": "shop"}}, "hold out by time"),
        ({"time": ""}, {"split": {"kind": "holdout"}}, "says when each row was"),
        ({}, {"split": BY_DAY | {"time": "absent"}}, "when it was"),
        ({}, {"split": BY_DAY | {"time": "shop"}}, "when it was"),
        ({"series": "absent"}, {}, "tells groups apart"),
        ({"series": "sold"}, {}, "cannot be what it is predicted from"),
        ({"series": ""}, {"target": "shop", "fields": ["day"]}, "numbers"),
        ({"window": 80}, {}, "has 82 steps"),
        ({"window": 20, "gaps": "fill"}, {"tables": {"anvil": sales(90, 1).slice(0, 3)}}, "has 22 steps"),
    ],
)
def test_nonsense_ends_in_a_sentence(
    of: MakeSpec, parameters: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    _, events = launch(of(parameters, **changes))
    ended(events, words)


@pytest.mark.parametrize(("sold", "words"), [(-5.0, "nothing loses more than itself"), (0.01, "held-out moments")])
def test_a_back_test_that_makes_no_sense_is_refused_at_the_setting_that_asks_for_it(
    of: MakeSpec, sold: float, words: str
) -> None:
    """Whoever asks a forecast for a back-test has no setting “returns”."""
    content = sales(40, 1, shops=1)
    table = content.set_column(3, "sold", pa.array([sold] * 40))
    with pytest.raises(SpecError, match=words) as refused:
        windows_of(of({"back_test": "simple", "series": ""}, fields=["day"], tables={"anvil": table}))
    assert refused.value.field == "back_test"


def test_a_field_that_never_varied_before_is_no_lever_when_it_does(of: MakeSpec) -> None:
    """The mean of many equal prices is not quite that price: measured by the difference, the next is out of reach."""
    random = np.random.default_rng(1)
    content = pa.table({
        "day": list(range(80)), "shop": ["s"] * 80, "price": np.where(np.arange(80) < 65, 0.1, 0.2),
        "sold": random.normal(10, 1, 80),
    })  # fmt: skip
    spec = of(tables={"anvil": content}, fields=["day", "shop", "price"])
    assert evaluation_of(spec)["overall"]["metrics"]["mae"]["value"] < 5
    (_, price) = json.loads(Path(spec.output, "preprocessing.json").read_text())["fields"]
    assert price == {"name": "price", "kind": "known", "center": pytest.approx(0.1), "scale": 1.0}


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e160, 1.7e308])
@pytest.mark.parametrize("name", ["price", "sold"])
def test_numbers_beyond_all_measure_end_in_a_sentence_or_a_model(of: MakeSpec, size: float, name: str) -> None:
    random = np.random.default_rng(1)
    columns = {"day": list(range(80)), "shop": ["s"] * 80, "price": random.random(80), "sold": random.random(80)}
    columns |= {name: size * random.choice([-1.0, -0.5, 0.0, 1.0], 80)}
    _, events = launch(of(tables={"anvil": pa.table(columns)}, fields=["day", "shop", "price"]))
    if isinstance(events[-1], Failed):
        ended(events, "finite" if "finite" in events[-1].text else "infinite")


@pytest.mark.parametrize("scaling", ["last", "mean", "all"])
def test_one_value_throughout_is_forecast_by_itself(of: MakeSpec, scaling: str) -> None:
    spec = of({"scaling": scaling}, tables={"anvil": one_value(40)})
    found = evaluation_of(spec)
    assert found["overall"]["metrics"]["mae"]["value"] == pytest.approx(0, abs=1e-3)
    assert found["overall"]["metrics"]["skill"]["value"] is None
    assert Predictor(spec.output).predict([{"values": [7.0] * 7}])[0]["forecast"] == pytest.approx([7, 7], abs=1e-3)


@pytest.mark.parametrize("far", [1e7, 1e30, 1e300])
def test_a_lone_time_far_away_is_no_gap_to_fill(of: MakeSpec, far: float) -> None:
    days = [*map(float, range(30)), far]
    content = pa.table({"day": days, "shop": ["s"] * 31, "sold": [1.0] * 31})
    _, events = launch(of({"gaps": "fill"}, tables={"anvil": content}))
    ended(events, "too many to fill in")


def test_where_no_fields_are_named_those_of_one_organization_alone_are_left_out(of: MakeSpec) -> None:
    """The other's steps would read nothing but gaps: what a table leaves out, a series does."""
    rain = pa.array([float(place) for place in range(80)])
    tables = {"anvil": sales(40, 1).append_column("rain", rain), "borealis": sales(40, 2)}
    told: list[Any] = []
    spec = of(fields=None, tables=tables)
    found = reading.read(spec, recipe("timeseries").check(spec.parameters), told.append)  # type: ignore[arg-type]
    assert found.others == ["offer"]
    assert [(event.level, event.params) for event in told] == [("warning", {"field": "rain"})]
