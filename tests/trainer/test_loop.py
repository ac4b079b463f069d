"""A job from its specification to its artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.trainer.conftest import MakeSpec, StopAfter, launch, pictures
from trainer.contract import Artifact, Checkpoint, Failed, Finished, Log, Metric, Progress, Started


def evaluation_of(spec: Any) -> dict[str, Any]:
    return json.loads(Path(spec.output, "evaluation.json").read_text())


def test_job_tells_its_start_its_curves_its_files_and_its_end(job: MakeSpec) -> None:
    code, events = launch(job())
    assert code == 0
    assert isinstance(events[0], Started)
    assert events[0].rows == {"anvil": 80, "borealis": 60}
    assert isinstance(events[1], Progress)
    assert events[1].done == 1
    assert isinstance(events[-1], Finished)
    assert [e.path for e in events if isinstance(e, Artifact)] == [
        "model.safetensors",
        "config.json",
        "preprocessing.json",
        "evaluation.json",
        "example.py",
        *(
            f"reproduce/{name}"
            for name in ("trainer.zip", "spec.json", "reproduce.py", "notebook.ipynb", "requirements.txt")
        ),
    ]
    curves = {(e.series, e.organization, e.split, e.name) for e in events if isinstance(e, Metric)}
    assert {("together", None, "train", "loss"), ("alone", "anvil", "train", "loss")} <= curves
    assert {("together", None, "validation", "roc_auc"), ("alone", "borealis", "validation", "loss")} <= curves
    assert {("together", "anvil", "test", "roc_auc"), ("alone", "anvil", "test", "roc_auc")} <= curves


def test_evaluation_compares_alone_and_together_for_each_organization(job: MakeSpec) -> None:
    spec = job({"epochs": 30, "learning_rate": 0.01})
    launch(spec)
    found = evaluation_of(spec)
    assert found["primary_metric"] == {"name": "roc_auc", "higher_is_better": True}
    assert found["overall"]["rows"] == 28
    assert [item["organization"] for item in found["organizations"]] == ["anvil", "borealis"]
    for item in found["organizations"]:
        for part in ("own", "common"):
            for series in ("alone", "together"):
                entry = item[part][series]["accuracy"]
                assert entry["low"] <= entry["value"] <= entry["high"]
    assert found["overall"]["metrics"]["roc_auc"]["value"] > 0.85
    own = [(item["own"]["together"]["accuracy"]["value"], item["rows"]["test"]) for item in found["organizations"]]
    assert found["weighted"]["together"]["accuracy"] == pytest.approx(
        sum(v * n for v, n in own) / sum(n for _, n in own)
    )
    assert found["confusion"]["labels"] == ["no", "yes"]
    assert sum(map(sum, found["confusion"]["matrix"])) == 28
    assert [curve["label"] for curve in found["roc"]] == ["yes"]
    assert {item["field"] for item in found["importance"]} == {"heat", "load", "line"}
    assert found["importance"][-1]["field"] == "load"
    assert found["calibration"]
    assert len([point for point in found["history"] if point["series"] == "together"]) == 30


def test_regression_answers_in_the_unit_of_its_target(job: MakeSpec) -> None:
    spec = job({"epochs": 40, "learning_rate": 0.02}, target="life")
    code, _ = launch(spec)
    assert code == 0
    found = evaluation_of(spec)
    assert found["task"] == "regression"
    assert found["overall"]["metrics"]["r2"]["value"] > 0.8
    assert found["residuals"]["means"]
    assert found["residuals"]["points"] == []  # nobody let everyone see rows
    assert "confusion" not in found


@pytest.mark.parametrize("loss", ["mae", "huber", "mse"])
def test_regression_learns_with_every_loss(job: MakeSpec, loss: str) -> None:
    spec = job({"epochs": 40, "learning_rate": 0.02, "loss": loss, "baselines": False}, target="life")
    launch(spec)
    assert evaluation_of(spec)["overall"]["metrics"]["r2"]["value"] > 0.7


def test_k_fold_judges_every_row_once_and_publishes_a_model_of_all(job: MakeSpec) -> None:
    spec = job(split={"kind": "k-fold", "folds": 4})
    code, events = launch(spec)
    assert code == 0
    found = evaluation_of(spec)
    assert found["overall"]["rows"] == 140
    assert sum(map(sum, found["confusion"]["matrix"])) == 140
    folds = {e.fold for e in events if isinstance(e, Metric) and e.series == "together" and e.split == "train"}
    assert folds == {1, None}


def test_final_model_of_a_k_fold_trains_as_long_as_its_folds_did(job: MakeSpec) -> None:
    parameters = {"epochs": 60, "learning_rate": 0.05, "early_stopping": True, "patience": 2}
    _, events = launch(job(parameters, split={"kind": "k-fold", "folds": 3, "validation_fraction": 0.2}))
    final = [e.epoch for e in events if isinstance(e, Metric) and e.fold is None and e.split == "train"]
    assert 0 < max(final) < 60


def test_early_stopping_ends_early_and_keeps_the_best_weights(job: MakeSpec) -> None:
    parameters = {"epochs": 200, "learning_rate": 0.1, "early_stopping": True, "patience": 3, "baselines": False}
    spec = job(parameters, split={"validation_fraction": 0.3})
    launch(spec)
    losses = [point["validation_loss"] for point in evaluation_of(spec)["history"]]
    assert len(losses) < 200
    assert losses.index(min(losses)) == len(losses) - 4


def test_without_baselines_nobody_trains_alone(job: MakeSpec) -> None:
    spec = job({"baselines": False})
    _, events = launch(spec)
    assert {e.series for e in events if isinstance(e, Metric)} == {"together"}
    assert set(evaluation_of(spec)["organizations"][0]["own"]) == {"together"}
    assert evaluation_of(spec)["weighted"]["alone"] == {}


@pytest.mark.parametrize(
    "parameters",
    [
        {"optimizer": "sgd", "schedule": "step"},
        {"optimizer": "adamw", "schedule": "cosine", "weight_decay": 0.1},
        {"schedule": "warm-up", "activation": "gelu", "dropout": 0.3},
        {"activation": "tanh", "scaling": "min-max", "imputing": "mean"},
        {"activation": "sigmoid", "scaling": "none", "imputing": "most-frequent", "missing_indicators": True},
        {"imputing": "constant", "categories": "one-hot", "class_weighting": True, "hidden_layers": []},
        {"missing_categories": "most-frequent", "embedding_size": 3, "rare_below": 1},
    ],
)
def test_every_choice_trains(job: MakeSpec, parameters: dict[str, Any]) -> None:
    code, events = launch(job(parameters))
    assert code == 0, events[-1]


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_pictures_are_told_apart(job: MakeSpec, network: str) -> None:
    tables = {"anvil": pictures(120, 1), "borealis": pictures(120, 2)}
    parameters = {"network": network, "epochs": 15, "channels": [8], "hidden_layers": [16], "learning_rate": 0.005}
    spec = job(parameters, recipe="image-classification", tables=tables, target="shape", fields=None)
    code, _ = launch(spec)
    assert code == 0
    found = evaluation_of(spec)
    assert found["overall"]["metrics"]["accuracy"]["value"] > 0.9
    assert found["importance"] == []


def test_epoch_limit_shortens_the_job(job: MakeSpec) -> None:
    _, events = launch(job({"epochs": 50}, limits={"epochs": 2}))
    assert max(e.epoch for e in events if isinstance(e, Metric)) == 2


def test_time_limit_keeps_a_checkpoint_and_says_so(job: MakeSpec) -> None:
    spec = job({"epochs": 10_000}, limits={"minutes": 0.005})
    code, events = launch(spec)
    assert code == 1
    assert isinstance(events[-2], Checkpoint)
    assert isinstance(events[-1], Failed)
    assert events[-1].failure == "time"


def test_stopped_job_keeps_a_checkpoint_and_says_nothing_more(job: MakeSpec) -> None:
    spec = job()
    code, events = launch(spec, StopAfter(4))
    assert code == 3
    assert isinstance(events[-1], Checkpoint)
    assert events[-1].step == 5
    assert load_file(Path(spec.output, events[-1].path))


def test_equal_jobs_leave_equal_files(job: MakeSpec, tmp_path: Path) -> None:
    hashes = []
    for name in ("first", "second"):
        _, events = launch(job(output=str(tmp_path / name)))
        hashes.append([e.sha256 for e in events if isinstance(e, Artifact)])
    assert hashes[0] == hashes[1]


def test_short_format_on_a_cpu_is_told_and_changes_nothing(job: MakeSpec, tmp_path: Path) -> None:
    _, events = launch(job({"precision": "bfloat16"}, output=str(tmp_path / "short")))
    assert [e.text for e in events if isinstance(e, Log)] == [
        "The short formats are for GPUs; this run computes in float32."
    ]
    _, others = launch(job(output=str(tmp_path / "long")))
    weights = [next(e.sha256 for e in told if isinstance(e, Artifact)) for told in (events, others)]
    assert weights[0] == weights[1]
