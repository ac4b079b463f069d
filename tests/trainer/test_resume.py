"""Interrupted and resumed is bit for bit the same as uninterrupted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_hostile import failed
from trainer import checkpoint
from trainer.contract import Artifact, Failed, Started

# 100 training rows in batches of 32 are 4 steps an epoch: 12 together, then 6 alone for each organization
MOMENTS = {"together": 5, "end of an epoch": 7, "alone": 15, "last step": 20}


def hashes(events: list[Any]) -> dict[str, str]:
    return {e.path: e.sha256 for e in events if isinstance(e, Artifact)}


def interrupted(job: MakeSpec, looks: list[int], parameters: dict[str, Any], **changes: Any) -> dict[str, str]:
    """The same job, stopped after so many steps of each run and resumed each time."""
    resume_from = None
    for count in looks:
        spec = job(parameters, resume_from=resume_from, **changes)
        code, events = launch(spec, StopAfter(count))
        assert code == 3
        resume_from = str(Path(spec.output, events[-1].path))
    code, events = launch(job(parameters, resume_from=resume_from, **changes))
    assert code == 0, events[-1]
    return hashes(events)


@pytest.mark.parametrize("moment", MOMENTS)
def test_holdout_resumes_exactly(job: MakeSpec, moment: str) -> None:
    parameters = {"dropout": 0.3, "schedule": "cosine"}
    _, events = launch(job(parameters))
    assert interrupted(job, [MOMENTS[moment]], parameters) == hashes(events)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_every_optimizer_resumes_exactly_again_and_again(job: MakeSpec, optimizer: str) -> None:
    parameters = {"dropout": 0.2, "optimizer": optimizer, "weight_decay": 0.01}
    _, events = launch(job(parameters))
    assert interrupted(job, [0, 1, 3, 6, 2], parameters) == hashes(events)


@pytest.mark.parametrize("kind", ["k-fold", "organization"])
@pytest.mark.parametrize("looks", [[4], [10], [30], [17, 17]])
def test_k_fold_with_early_stopping_resumes_exactly(job: MakeSpec, looks: list[int], kind: str) -> None:
    parameters = {"dropout": 0.1, "epochs": 5, "early_stopping": True, "patience": 1, "learning_rate": 0.05}
    changes = {"split": {"kind": kind, "folds": 3, "validation_fraction": 0.2}}
    _, events = launch(job(parameters, **changes))
    assert interrupted(job, looks, parameters, **changes) == hashes(events)


def test_checkpoint_moves_to_another_folder(job: MakeSpec, tmp_path: Path) -> None:
    _, events = launch(job())
    spec = job()
    _, told = launch(spec, StopAfter(6))
    moved = tmp_path / "elsewhere.safetensors"
    Path(spec.output, told[-1].path).replace(moved)
    code, resumed = launch(job(resume_from=str(moved), output=str(tmp_path / "other"), run=2))
    assert code == 0
    assert hashes(resumed) == hashes(events)


def test_checkpoint_of_another_job_is_refused(job: MakeSpec) -> None:
    spec = job()
    launch(spec, StopAfter(3))
    code, events = launch(job(seed=7, resume_from=str(Path(spec.output, "checkpoint.safetensors"))))
    assert code == 1
    assert isinstance(events[-1], Failed)
    assert events[-1].failure == "spec"


def test_damaged_checkpoint_is_refused(job: MakeSpec, tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(b"nonsense")
    code, events = launch(job(resume_from=str(path)))
    assert code == 1
    assert isinstance(events[-1], Failed)
    assert "checkpoint" in events[-1].text


HELD = {  # by format: a change of these needs another number, and another line here
    1: {
        "state": {
            "best_epochs", "findings", "fingerprint", "history", "importance", "learner", "position", "threads",
            "validated",
        },
        "learner": {"best_epoch", "best_loss", "epoch", "good", "part", "scale", "step"},
        "tensors": {
            "best", "learner.average", "learner.best", "learner.flat", "learner.loss_sum", "learner.optimizer.exp_avg",
            "learner.optimizer.exp_avg_sq", "learner.optimizer.step", "learner.rng", "outputs.0", "published",
        },
    }
}  # fmt: skip


def test_what_a_checkpoint_holds_is_what_its_format_says(job: MakeSpec) -> None:
    spec = job({"average": 0.9, "epochs": 8, "learning_rate": 0.3})
    launch(spec, StopAfter(45))
    tensors, state = checkpoint.read(Path(spec.output, checkpoint.NAME))
    held = {"state": set(state), "learner": set(state["learner"]), "tensors": set(tensors)}
    assert held == HELD[checkpoint.FORMAT]


@pytest.mark.parametrize("told", [{}, {"format": 0}, {"format": checkpoint.FORMAT + 1}])
@pytest.mark.parametrize("packed", [False, True])
def test_a_checkpoint_of_another_version_is_refused(
    job: MakeSpec, monkeypatch: pytest.MonkeyPatch, told: dict[str, int], packed: bool
) -> None:
    """Also where several processes wrote it, each its shards, and all else is one tensor among them."""
    spec = job()
    launch(spec, StopAfter(3))
    path = Path(spec.output, checkpoint.NAME)
    tensors, state = checkpoint.read(path)
    with monkeypatch.context() as before:
        before.setattr(checkpoint, "_told", lambda own: {"state": json.dumps(own | told)})
        alike = {checkpoint.ALIKE: checkpoint.packed(tensors, state)}
        checkpoint.write(path.parent, alike if packed else tensors, state)
    code, events = launch(job(resume_from=str(path)))
    assert code == 1
    failed(events, "data", "another version of the trainer")


def test_resumed_job_keeps_its_number_of_threads(job: MakeSpec) -> None:
    spec = job()
    launch(spec, StopAfter(3))
    _, events = launch(job(threads=None, resume_from=str(Path(spec.output, "checkpoint.safetensors"))))
    assert isinstance(events[0], Started)
    assert events[0].threads == 1


@pytest.mark.parametrize(
    "name", ["sequence-to-sequence", "object-detection", "image-generation", "fine-tune", "language-model"]
)
def test_a_job_of_an_older_version_is_not_gone_on_with(job: MakeSpec, name: str) -> None:
    """What these recipes learn from the same data, or how they keep it, is not what it was."""
    spec = job({"hidden_layers": None}, recipe=name, recipe_version=1, resume_from="checkpoint.safetensors")
    _, events = launch(spec)
    failed(events, "spec", "the job asks for version 1")
    assert "begins anew" in events[-1].hint
