"""Held-out rows that the training part holds as well are counted and told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch, pictures, reviews, table
from tests.trainer.test_hostile import evaluation, logs
from trainer.evaluation import repeated
from trainer.evaluation.repeated import _sum


def test_rows_that_stand_in_the_data_twice_are_told(job: MakeSpec) -> None:
    once = table(60, 1)
    tables = {"anvil": pa.concat_tables([once, once, once]), "borealis": table(40, 2)}
    spec = job({"epochs": 1}, tables=tables)
    code, events = launch(spec)
    found = evaluation(spec)["repeated"]
    assert code == 0
    assert found["of"] == 36 + 8
    assert 24 <= found["rows"] <= 36  # nearly all of Anvil's stand in the training part too, none of Borealis'
    text = f"{found['rows']} of 44 held-out rows look to the model like their own organization's that it learnt."
    assert text in logs(events)


@pytest.mark.parametrize(
    ("recipe", "content", "target"),
    [("image-classification", pictures, "shape"), ("text-classification", reviews, "mood"), ("tabular", table, "worn")],
)
def test_every_recipe_counts(job: MakeSpec, recipe: str, content: object, target: str) -> None:
    rows = content(60, 1)  # type: ignore[operator]
    changes = {"recipe": recipe, "target": target, "fields": ["text"] if target == "mood" else None}
    small = {"epochs": 1, "hidden_layers": None if target == "mood" else [8]}
    twice = job(small, tables={"anvil": pa.concat_tables([rows] * 4)}, **changes)
    assert launch(twice)[0] == 0
    assert evaluation(twice)["repeated"]["rows"] > 40
    if recipe != "text-classification":  # of so few words that many texts are alike
        assert launch(alone := job(small, tables={"anvil": rows}, **changes))[0] == 0
        assert evaluation(alone)["repeated"] == {"rows": 0, "of": 12}


def test_large_rows_are_read_a_few_at_a_time(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = job({"epochs": 1}, tables={"anvil": pa.concat_tables([pictures(60, 1)] * 4)}, recipe="image-classification",
                target="shape", fields=None)  # fmt: skip
    monkeypatch.setattr(repeated, "NUMBERS", 3 * 64)
    read: list[int] = []
    monkeypatch.setattr(repeated, "_sum", lambda *part: read.append(len(part[0])) or _sum(*part))
    assert launch(twice)[0] == 0
    assert max(read) == 3
    assert evaluation(twice)["repeated"]["rows"] > 40


def test_sums_tell_rows_apart() -> None:
    random = np.random.default_rng(0)
    numbers = torch.from_numpy(random.normal(size=(5000, 3)).astype(np.float32))
    codes = torch.from_numpy(random.integers(0, 50, (5000, 2)))
    assert len(np.unique(_sum(numbers, codes))) == 5000
    assert np.array_equal(_sum(numbers[:7], codes[:7]), _sum(numbers, codes)[:7])
    tokens, own = torch.tensor([[5, 6, 0]]), torch.tensor([[True, True, False]])
    longer = torch.tensor([[5, 6, 0, 0, 0]]), torch.tensor([[5, 6, 9, 9]]), torch.tensor([[True, True, False, False]])
    assert np.array_equal(_sum(tokens, None), _sum(longer[0], None))
    assert np.array_equal(_sum(tokens, own), _sum(longer[1], longer[2]))
    less = torch.tensor([[5, 6, -1]]), torch.tensor([[5, 6, -1, -1, -1]])  # filled up with -1
    assert np.array_equal(_sum(less[0], less[1]), _sum(less[1], less[0]))
    assert np.array_equal(_sum(torch.tensor([[5, 6]]), None), _sum(less[1], None))
    turned = torch.stack([numbers[:, 1], numbers[:, 0], numbers[:, 2]], 1)
    assert not np.isin(_sum(turned, codes), _sum(numbers, codes)).any()
    assert np.array_equal(_sum(torch.zeros(1, 3), None), _sum(-torch.zeros(1, 3), None))
