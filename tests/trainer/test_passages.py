"""Passages of a search: how they are called, whose source they have, and with what they are compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_hostile import failed
from tests.trainer.test_retrieval import SUBJECTS, open_to_all, questions, search
from trainer.data.lines import Collecting
from trainer.evaluation.retrieved import _limit
from trainer.measures.retrieval import BEST, OTHER, PLACE, RANK
from trainer.recipes.retrieval_qa.nearness import ByNearness
from trainer.recipes.retrieval_qa.reading import Passage

__all__ = ["search"]


@pytest.mark.parametrize("order", [("anvil", "borealis"), ("borealis", "anvil")])
def test_a_passage_that_two_partners_have_is_told_with_the_source_of_who_shows_it(
    search: MakeSpec, order: tuple[str, str]
) -> None:
    own = questions(40, 1)
    hidden = own.set_column(2, "number", [["page 7 of a secret file"] * 40])
    tables = {"anvil": hidden, "borealis": own}
    spec = search({"epochs": 1, "source_field": "number"}, tables={slug: tables[slug] for slug in order})
    assert launch(open_to_all(spec, "borealis"))[0] == 0
    passages = json.loads(Path(spec.output, "passages.json").read_bytes())
    assert {item["source"] for item in passages} == {f"N{SUBJECTS.index(item['title'].lower())}" for item in passages}


def test_many_passages_are_compared_with_some_questions_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Collecting(None, writes=False)
    held.add([[1]] * 30)
    objective = ByNearness(np.arange(30), held.whole(), 0.1, torch.device("cpu"))
    drawn = torch.randn(50, 8, generator=torch.Generator().manual_seed(1))
    objective.all, asked = torch.nn.functional.normalize(drawn[:30], dim=1), torch.nn.functional.normalize(drawn, dim=1)
    targets = torch.arange(50) % 30
    whole = objective.told(asked, targets)
    assert whole.shape == (50, 5)
    monkeypatch.setattr("trainer.recipes.retrieval_qa.nearness.NEAR", 7 * 30)
    assert torch.allclose(objective.told(asked, targets), whole, atol=1e-5)


@pytest.mark.parametrize("kind", [pa.int64(), pa.date32(), pa.float64(), pa.bool_()])
def test_a_source_may_be_a_number_or_a_date(search: MakeSpec, kind: pa.DataType) -> None:
    content = questions(40, 1)
    numbers = pa.array([SUBJECTS.index(text.partition(":")[0].lower()) for text in content["passage"].to_pylist()])
    content = content.set_column(2, "number", pc.cast(numbers.cast(pa.int32()), kind))
    spec = search({"epochs": 1, "source_field": "number"}, tables={"anvil": content})
    assert launch(open_to_all(spec, "anvil"))[0] == 0
    passages = json.loads(Path(spec.output, "passages.json").read_bytes())
    told = {item["title"].lower(): item["source"] for item in passages}
    first = {"int64": "1", "date32[day]": "1970-01-02", "double": "1", "bool": "true"}[str(kind)]
    assert told["swift"] == first


def test_the_limit_is_that_of_a_search_among_what_is_published(search: MakeSpec) -> None:
    """What is near to a passage that nobody is answered with is no reason to answer."""
    held = Collecting(None, writes=False)
    held.add([[1]] * 3)
    objective = ByNearness(np.array([0, 1]), held.whole(), 1.0, torch.device("cpu"), np.array([0, 2]))
    objective.all = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    told = objective.told(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1]))
    assert told[:, [RANK, BEST, OTHER]].tolist() == [
        [0.0, 1.0, pytest.approx(0.6)], [0.0, pytest.approx(0.8), pytest.approx(0.8)],
    ]  # fmt: skip
    spec = search({"epochs": 1})
    for seen, answered in ((("anvil", "borealis"), True), (("anvil",), True), ((), False)):
        assert launch(open_to_all(spec, *seen))[0] == 0
        found = json.loads(Path(spec.output, "evaluation.json").read_bytes())
        assert ("refusal" in found) == ("refused_below" in found) == answered


def test_passages_that_nobody_is_answered_with_take_no_place_among_the_first_five() -> None:
    """A reader of the published model finds the source second; among all passages it would be the tenth."""
    held = Collecting(None, writes=False)
    held.add([[1]] * 10)
    published = np.array([0, 9])
    objective = ByNearness(np.array([0]), held.whole(), 1.0, torch.device("cpu"), published)
    near = torch.tensor([0.1, *[0.5] * 8, 0.915])
    objective.all = torch.stack([near, (1 - near**2).sqrt()], 1)
    (told,) = objective.told(torch.tensor([[1.0, 0.0]]), torch.tensor([0])).tolist()
    assert (told[RANK], told[PLACE]) == (9.0, 1.0)
    assert _limit(np.array([told]), 0.0) == 0.91


@pytest.mark.parametrize("parameters", [{"batch_size": 1}, {"batch_size": 16, "accumulation": 16}])
def test_a_passage_alone_would_teach_nothing(search: MakeSpec, parameters: dict[str, Any]) -> None:
    _, events = launch(search(parameters))
    failed(events, "spec", "Each part of a batch needs 2 rows at least")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kind: was very kind .", "Kind"),
        ("房贷：提前还款须提前三十天申请。", "房贷"),
        ("No colon here", "No colon here"),
        (": nothing before", ": nothing before"),
        ("x" * 100 + ": y", "x" * 79 + "…"),
        (" two\n lines : a", "two lines"),
    ],
)
def test_a_title_is_what_stands_before_a_colon(text: str, title: str) -> None:
    assert Passage(text, "anvil").title == title
