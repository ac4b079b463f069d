"""A search that learns which passage answers a question: what it finds, shows, refuses and gives away."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_hostile import failed, logs
from tests.trainer.test_resume import hashes, interrupted
from trainer.catalogue import recipe
from trainer.contract import Finished, JobSpec, Started
from trainer.data.lines import Collecting
from trainer.measures.retrieval import METRICS
from trainer.metrics import Judged
from trainer.predict import Predictor, answer
from trainer.recipes.retrieval_qa.nearness import ByNearness
from trainer.sizes import Data, estimate_of

SUBJECTS = ["bright", "swift", "kind", "calm", "dull", "slow", "cruel", "loud"]  # words that the small base knows
SMALL: dict[str, Any] = {"hidden_layers": None, "epochs": 8, "length": 16, "learning_rate": 5e-3, "batch_size": 16}


def questions(rows: int, seed: int) -> pa.Table:
    """Each names a subject; its passage names it too, in another sentence."""
    random = np.random.default_rng(seed)
    chosen = random.choice(SUBJECTS, rows).tolist()
    order = random.permutation(rows).tolist()
    return pa.table({
        "asked": [f"The {word} machine was {number} !" for word, number in zip(chosen, order, strict=True)],
        "passage": [f"{word.title()}: was very {word} , {word} ." for word in chosen],
        "number": [f"N{SUBJECTS.index(word)}" for word in chosen],
    })  # fmt: skip


@pytest.fixture
def search(job: MakeSpec, tmp_path: Path) -> MakeSpec:
    """A small job; keywords change it."""
    folder = base("DistilBertModel", tmp_path / "base")

    def make(parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
        values = {"tables": {"anvil": questions(80, 1), "borealis": questions(60, 2)}, "fields": ["asked"]}
        values |= {"recipe": "retrieval-qa", "target": "passage", "base": {"path": folder}}
        return open_to_all(job(SMALL | (parameters or {}), **(values | changes)), "anvil", "borealis")

    return make


def evaluation(spec: JobSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def open_to_all(spec: JobSpec, *slugs: str) -> JobSpec:
    inputs = [item.model_copy(update={"viewable": item.organization in slugs}) for item in spec.inputs]
    return spec.model_copy(update={"inputs": tuple(inputs)})


def test_the_right_passage_is_found_among_all(search: MakeSpec) -> None:
    spec = search({"source_field": "number"})
    code, events = launch(spec)
    assert code == 0, events[-1]
    found = evaluation(spec)
    metrics = {name: entry["value"] for name, entry in found["overall"]["metrics"].items()}
    assert found["primary_metric"] == {"name": "recall_at_1", "higher_is_better": True}
    assert metrics["recall_at_1"] > 0.8
    assert metrics["recall_at_1"] <= metrics["mrr"] <= metrics["recall_at_5"]
    assert set(found["organizations"][0]["own"]) == {"alone", "together"}
    passages = json.loads(Path(spec.output, "passages.json").read_bytes())
    assert len(passages) == len(SUBJECTS)
    assert {item["source"] for item in passages} == {f"N{place}" for place in range(len(SUBJECTS))}
    assert {item["title"] for item in passages} == {word.title() for word in SUBJECTS}


def test_a_published_search_answers_with_sources_or_refuses(search: MakeSpec) -> None:
    spec = search({"source_field": "number", "refused": 0.0})
    assert launch(spec)[0] == 0
    model = Predictor(spec.output)
    (said,) = model.predict([{"text": "The swift machine was 7 !"}])
    assert said["refused"] is False
    assert said["sources"][0] | {"score": 0} == {
        "title": "Swift", "text": "Swift: was very swift , swift .", "source": "N1", "score": 0,
    }  # fmt: skip
    scores = [item["score"] for item in said["sources"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 5
    told = json.loads(Path(spec.output, "preprocessing.json").read_bytes())
    assert told["kind"] == "question"
    assert told["refused_below"] == evaluation(spec)["refused_below"]["threshold"]
    Path(spec.output, "preprocessing.json").write_text(json.dumps(told | {"refused_below": 1.01}))
    (refused,) = Predictor(spec.output).predict([{"text": "The swift machine was 7 !"}])
    assert refused["sources"] == []
    assert refused["refused"] is True
    assert refused["nearest"] == pytest.approx(scores[0])


def test_the_higher_the_limit_the_fewer_are_answered(search: MakeSpec) -> None:
    spec = search()
    assert launch(spec)[0] == 0
    told = evaluation(spec)["refusal"]
    assert told[0]["right"] == evaluation(spec)["overall"]["metrics"]["recall_at_1"]["value"]
    assert [item["threshold"] for item in told] == sorted(item["threshold"] for item in told)
    assert told[0]["answered"] == 1
    assert all(one["answered"] >= other["answered"] for one, other in pairwise(told))
    assert all(one["unknown_refused"] <= other["unknown_refused"] for one, other in pairwise(told))


def test_only_questions_that_everyone_may_see_are_shown(search: MakeSpec) -> None:
    spec = open_to_all(search({"epochs": 1}), "anvil")
    _, events = launch(spec)
    told = (
        "Nobody is answered with passages of Borealis Motors alone: not everyone who receives the model may see their "
        "rows."
    )
    assert told in logs(events)
    found = evaluation(spec)["retrieved"]
    assert {item["organization"] for item in found} == {"anvil"}
    assert all(item["expected"] in {word.title() for word in SUBJECTS} for item in found)
    samples = json.loads(Path(spec.output, "preprocessing.json").read_bytes())["samples"]
    assert samples[0]["text"] in {item["asked"] for item in found}
    launch(spec.model_copy(update={"masked": ("asked",)}))
    assert "retrieved" not in evaluation(spec)


def test_passages_that_not_everyone_may_see_are_answered_to_nobody(search: MakeSpec) -> None:
    secret = {"asked": ["Where is the kind machine ?"] * 4, "passage": ["Kind machine under the mat: kind ."] * 4} | {
        "number": ["K1"] * 4
    }
    tables = {"anvil": questions(80, 1), "borealis": pa.concat_tables([questions(60, 2), pa.table(secret)])}
    spec = open_to_all(search({"epochs": 1}, tables=tables), "anvil")
    assert launch(spec)[0] == 0
    told = Path(spec.output, "passages.json").read_text()
    assert "under the mat" not in told
    assert "under the mat" not in Path(spec.output, "evaluation.json").read_text(), "not even as a title"
    assert evaluation(spec)["retrieved"]
    assert "machine" not in told
    assert json.loads(told)
    answer = Predictor(spec.output).predict([{"text": "Where is the kind machine ?"}])[0]
    assert all("mat" not in one["text"] for one in answer["sources"])
    none = open_to_all(search({"epochs": 1}))
    assert launch(none)[0] == 0
    assert Predictor(none.output).predict([{"text": "Where ?"}])[0] == {"sources": [], "refused": True}


@pytest.mark.parametrize("field", ["passage", "number"])
def test_masked_passages_are_refused_before_training(search: MakeSpec, field: str) -> None:
    _, events = launch(search({"source_field": "number"}, masked=(field,)))
    failed(events, "spec", "is masked: passages travel with the model")


def test_the_example_runs_without_the_trainer(search: MakeSpec) -> None:
    spec = search({"epochs": 1})
    assert launch(spec)[0] == 0
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=spec.output, check=True, capture_output=True, text=True
    )  # fmt: skip
    (said,) = Predictor(spec.output).predict([{"text": "Your question here."}])
    if not said["refused"]:
        assert done.stdout.splitlines()[0].split()[0] == str(round(said["sources"][0]["score"], 3))
    assert len(done.stdout.splitlines()) == 5


def test_an_interrupted_search_ends_in_the_same_files(search: MakeSpec) -> None:
    parameters = {"epochs": 2}
    _, events = launch(search(parameters))
    assert interrupted(search, [5, 9], parameters) == hashes(events)


def test_the_same_passage_twice_in_a_batch_is_no_wrong_one() -> None:
    held = Collecting(None, writes=False)
    held.add([[1], [2]])
    objective = ByNearness(np.array([0, 0, 1]), held.whole(), 1.0, torch.device("cpu"))
    vectors = torch.nn.functional.normalize(torch.randn(3, 4, generator=torch.Generator().manual_seed(1)), dim=1)
    outputs, targets = torch.cat([vectors, vectors[[0, 0, 2]]], 1), torch.tensor([0, 0, 1])
    near = vectors @ vectors[[0, 0, 2]].T
    rows = [near[0, [0, 2]], near[1, [1, 2]], near[2]]
    expected = sum(row.logsumexp(0) - near[place, place] for place, row in enumerate(rows)) / 3
    assert float(objective.loss(outputs, targets)) == pytest.approx(float(expected), rel=1e-6)


def test_sources_that_score_alike_are_no_first_place() -> None:
    held = Collecting(None, writes=False)
    held.add([[1]] * 6)
    objective = ByNearness(np.arange(6), held.whole(), 1.0, torch.device("cpu"))
    objective.all = torch.ones(6, 4) / 2
    told = objective.told(torch.ones(2, 4) / 2, torch.tensor([0, 1]))
    judged = Judged(np.array([0, 1]), told.double().numpy(), "retrieval")
    ones = np.ones((1, 2))
    assert METRICS["recall_at_1"](judged, ones)[0] == 0
    assert METRICS["mrr"](judged, ones)[0] == pytest.approx(1 / 3.5)


def test_rows_without_both_sides_are_left_out(search: MakeSpec) -> None:
    content = questions(60, 1)
    asked = ["", None, "  ", *content["asked"].to_pylist()[3:]]
    content = content.set_column(0, "asked", [asked])
    _, events = launch(search({"epochs": 1}, tables={"anvil": content, "borealis": questions(40, 2)}))
    assert isinstance(events[-1], Finished), events[-1]
    assert "3 rows of Anvil Steel are left out" in " ".join(logs(events))


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("passage", [""] * 60, "has both a question and a passage"),
        ("asked", [None] * 60, ""),
        ("asked", list(range(60)), "questions"),
        ("passage", list(range(60)), "holds no text"),
        ("passage", ["the same"] * 60, "too few rows"),
    ],
)
def test_data_that_makes_no_sense_ends_in_a_sentence(
    search: MakeSpec, column: str, values: list[Any], words: str
) -> None:
    content = questions(60, 1)
    place = content.column_names.index(column)
    _, events = launch(search({"epochs": 1}, tables={"anvil": content.set_column(place, column, [values])}))
    if values == ["the same"] * 60:
        assert isinstance(events[-1], Finished), "one passage is always found"
    else:
        failed(events, "data", words)


def test_a_base_model_that_writes_is_refused(search: MakeSpec, tmp_path: Path) -> None:
    writer = base("GPT2LMHeadModel", tmp_path / "writer")
    _, events = launch(search(base={"path": writer}))
    failed(events, "spec", "a base model that reads")


@pytest.mark.parametrize("row", [{}, {"text": ""}, {"text": 3}])
def test_nonsense_is_answered_with_a_sentence(search: MakeSpec, row: dict[str, Any]) -> None:
    spec = search({"epochs": 1})
    assert launch(spec)[0] == 0
    assert "error" in answer(Predictor(spec.output), json.dumps({"rows": [row]}))


def test_its_size_is_known_beforehand(search: MakeSpec, tmp_path: Path) -> None:
    spec = search({"epochs": 1})
    _, events = launch(spec)
    config = json.loads((tmp_path / "base" / "config.json").read_bytes())
    known = recipe("retrieval-qa")
    told = next(event.parameters_count for event in events if isinstance(event, Started))
    data = Data(rows=140, size=9000, base={"config": config, "weights": told})
    found = estimate_of(known, known.check(spec.parameters), data)
    assert found is not None
    assert found.parameters == told


def test_data_in_files_gives_the_same_bits(search: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _, events = launch(search({"epochs": 1}))
    monkeypatch.setattr("trainer.data.spill.SHARE", 0.0)
    _, spilled = launch(search({"epochs": 1}))
    assert "prepared in files" in " ".join(logs(spilled))
    assert hashes(spilled) == hashes(events)
