"""Base models that lack weights which a task needs, place few tokens, or go by other names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from transformers import pipeline

from tests.trainer.bases import PLACES, base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_hostile import evaluation, failed, logs
from trainer import catalogue
from trainer.distributed import ALONE
from trainer.loop import open_job
from trainer.predict import Predictor

TABLES = {"anvil": reviews(60, 1), "borealis": reviews(30, 2)}


def tuned(job: MakeSpec, folder: str, parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
    small = {"hidden_layers": None, "epochs": 1, "length": 32, "learning_rate": 5e-3, "written_samples": 2}
    values = {"target": "mood", "fields": ["text"], "tables": TABLES} | changes
    return job(small | (parameters or {}), recipe="fine-tune", base={"path": folder}, **values)


@pytest.mark.parametrize("method", ["lora", "last", "full"])
@pytest.mark.parametrize("kind", ["DistilBertModel", "DebertaV2Model"])
def test_the_published_model_is_the_one_that_was_judged(job: MakeSpec, tmp_path: Path, kind: str, method: str) -> None:
    """Of a DeBERTa the weights between its last layer and the head are new, and learn in none of the short ways."""
    spec = tuned(job, base(kind, tmp_path / "base"), {"method": method})
    code, events = launch(spec)
    assert code == 0, events[-1]
    opened = open_job(catalogue.checked(spec), lambda _: None, ALONE)
    rows, source = opened.fits[0].test, opened.source
    said = Predictor(spec.output).predict([source.shown(row) for row in rows.tolist()])  # type: ignore[attr-defined]
    labels = [source.target.labels[int(source.target.values[row])] for row in rows]
    found = -np.mean([np.log(one["probabilities"][label]) for one, label in zip(said, labels, strict=True)])
    assert found == pytest.approx(evaluation(spec)["overall"]["metrics"]["log_loss"]["value"], abs=1e-6)


@pytest.mark.parametrize("kind", ["OPTForCausalLM", "GPT2LMHeadModel"])
def test_questions_longer_than_a_model_can_place_are_answered(job: MakeSpec, tmp_path: Path, kind: str) -> None:
    long = TABLES["anvil"].set_column(0, "text", [["the machine was calm " * 50] * 60])
    spec = tuned(job, base(kind, tmp_path / "base"), target="answer", tables={"anvil": long})
    code, events = launch(spec)
    assert code == 0, events[-1]
    model = Predictor(spec.output)
    for text in ("machine " * (PLACES - 4), "machine " * 1000):
        (said,) = model.predict([{"text": text, "length": 500}])
        assert isinstance(said["text"], str)
    model.predict([{"text": "machine " * 1000}], explain=True)


def test_bytes_that_were_cut_off_do_not_count(job: MakeSpec, tmp_path: Path) -> None:
    """Bits per byte of an answer that is forty times too long are those of its beginning."""
    folder, found = base("OPTForCausalLM", tmp_path / "base"), []
    for times in (10, 400):
        answers = TABLES["anvil"].set_column(2, "answer", [["the machine was slow " * times] * 60])
        spec = tuned(
            job, folder, {"method": "full", "learning_rate": 1e-6, "length": 33, "written_samples": 0},
            target="answer", fields=["mood"], tables={"anvil": answers},
        )  # fmt: skip
        code, events = launch(spec)
        assert code == 0, events[-1]
        found.append(evaluation(spec)["overall"]["metrics"]["bits_per_byte"]["value"])
    assert found[1] == pytest.approx(found[0], rel=0.1)


def test_a_base_model_without_an_end_of_texts_is_refused(job: MakeSpec, tmp_path: Path) -> None:
    _, events = launch(tuned(job, base("OPTForCausalLM", tmp_path / "base", end=None), target="answer"))
    failed(events, "data", "no token that ends a text")


def test_no_more_is_read_than_a_model_can_place(job: MakeSpec, tmp_path: Path) -> None:
    long = TABLES["anvil"].set_column(0, "text", [["the machine was calm " * 50] * 60])
    spec = tuned(job, base("DistilBertModel", tmp_path / "base"), {"length": 500}, tables={"anvil": long})
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert f"The base model reads at most {PLACES} tokens at a time." in logs(events)
    (said,) = Predictor(spec.output).predict([{"text": "calm " * 1000}], explain=True)
    assert len(said["reasons"]["tokens"]) > 10


def other_width(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dim": 16}))


def other_names(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({f"wing.{name}": value for name, value in weights.items()}, folder / "model.safetensors")


@pytest.mark.parametrize("spoil", [other_width, other_names])
def test_weights_that_do_not_fit_are_not_drawn_anew(
    job: MakeSpec, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = base("DistilBertModel", tmp_path / "base")
    spoil(Path(folder))
    _, events = launch(tuned(job, folder))
    failed(events, "data", "The base model cannot be read")


def test_other_programs_read_the_labels(job: MakeSpec, tmp_path: Path) -> None:
    spec = tuned(job, base("DistilBertModel", tmp_path / "base"))
    assert launch(spec)[0] == 0
    (said,) = pipeline("text-classification", spec.output, top_k=None)(["The calm machine was swift"])
    assert {one["label"] for one in said} == {"good", "bad"}


@pytest.mark.parametrize(("kind", "target"), [("DistilBertModel", "mood"), ("OPTForCausalLM", "answer"), ("", "mood")])
def test_chosen_fields_without_text_are_told(job: MakeSpec, tmp_path: Path, kind: str, target: str) -> None:
    """Of every recipe that reads texts."""
    numbers = TABLES["anvil"].append_column("stars", [list(range(60))]).append_column("fresh", [[True, False] * 30])
    changes: dict[str, Any] = {"tables": {"anvil": numbers}, "target": target}
    chosen = {"fields": ["stars", "text", "fresh"], **changes}
    if kind:
        spec = tuned(job, base(kind, tmp_path / "base"), {"written_samples": 0}, **chosen)
    else:
        spec = job({"hidden_layers": None, "epochs": 1}, recipe="text-classification", **chosen)
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert "Fields that hold no text are left out: stars, fresh." in logs(events)
    fields = json.loads(Path(spec.output, "preprocessing.json").read_text())["fields"]
    assert [field["name"] for field in fields] == ["text"]
