"""The weights that did best on the validation rows are kept beside the last ones, and told of where they are others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_resume import hashes, interrupted
from trainer import checkpoint
from trainer.contract import Artifact, Metric
from trainer.learner import Learner

# learns too fast, so that the last weights are not the best ones
WILD: dict[str, Any] = {"epochs": 12, "learning_rate": 0.08, "batch_size": 16, "importance": False, "explained": False}
STOPS = {"early_stopping": True, "patience": 100}


def lost(events: list[Any]) -> list[float]:
    """The validation losses of the model together, epoch by epoch."""
    return [
        e.value for e in events
        if isinstance(e, Metric) and (e.name, e.split, e.series) == ("loss", "validation", "together")
    ]  # fmt: skip


def best_of(spec: Any) -> bytes:
    return Path(spec.output, "best.safetensors").read_bytes()


@pytest.mark.parametrize("changes", [{}, {"target": "life"}], ids=["classes", "numbers"])
def test_the_best_weights_are_those_that_early_stopping_publishes(
    job: MakeSpec, tmp_path: Path, changes: dict[str, Any]
) -> None:
    spec = job(WILD | {"average": 0.5}, **changes)
    _, events = launch(spec)
    assert min(lost(events)) < lost(events)[-1]
    stopped = job(WILD | STOPS | {"average": 0.5}, output=str(tmp_path / "stopped"), **changes)
    launch(stopped)
    assert best_of(spec) == Path(stopped.output, "model.safetensors").read_bytes()
    assert best_of(spec) != Path(spec.output, "model.safetensors").read_bytes()
    assert "best.safetensors" in hashes(events)


def test_where_the_published_weights_did_best_the_file_is_theirs(job: MakeSpec) -> None:
    spec = job(WILD | STOPS)
    _, events = launch(spec)
    assert best_of(spec) == Path(spec.output, "model.safetensors").read_bytes()
    assert "best.safetensors" not in {e.path for e in events if isinstance(e, Artifact)}


def test_without_validation_rows_none_is_the_best(job: MakeSpec) -> None:
    spec = job(WILD, split={"validation_fraction": 0.0})
    assert launch(spec)[0] == 0
    assert not Path(spec.output, "best.safetensors").exists()


def test_a_stopped_job_has_the_best_weights_so_far_and_says_of_which_epoch(job: MakeSpec) -> None:
    spec = job(WILD)
    code, events = launch(spec, StopAfter(50))
    assert code == 3
    losses = lost(events)
    path = Path(spec.output, "best.safetensors")
    with safe_open(path, framework="pt") as file:
        told = json.loads(file.metadata()["state"])
    assert told == {
        "format": checkpoint.FORMAT, "epoch": losses.index(min(losses)) + 1, "validation_loss": min(losses),
    }  # fmt: skip
    kept = checkpoint.read(path.with_name(checkpoint.NAME))[0]["learner.best"]
    assert torch.equal(kept, torch.cat([value.reshape(-1) for value in ordered(path, kept)]))


def ordered(path: Path, vector: torch.Tensor) -> list[torch.Tensor]:
    """The file's weights as one vector holds them: each where its first number stands."""
    found = load_file(path)
    return sorted(found.values(), key=lambda value: int((vector == value.reshape(-1)[-1]).nonzero()[0]))


@pytest.mark.parametrize("looks", [[3], [40], [80], [100], [125], [20, 60, 30]])
def test_they_are_the_same_bits_when_the_job_was_interrupted(job: MakeSpec, looks: list[int]) -> None:
    _, events = launch(job(WILD))
    assert "best.safetensors" in hashes(events)
    assert interrupted(job, looks, WILD) == hashes(events)


def test_a_job_goes_on_from_a_checkpoint_of_before(job: MakeSpec) -> None:
    """Such a one kept the best weights for early stopping only, and did not say whether there were any."""
    _, events = launch(job(WILD))
    spec = job(WILD)
    launch(spec, StopAfter(50))
    path = Path(spec.output, checkpoint.NAME)
    tensors, state = checkpoint.read(path)
    del tensors["learner.best"], state["validated"]
    checkpoint.write(path.parent, tensors, state)
    code, resumed = launch(job(WILD, resume_from=str(path)))
    assert code == 0
    assert hashes(resumed)["model.safetensors"] == hashes(events)["model.safetensors"]
    assert hashes(resumed)["evaluation.json"] == hashes(events)["evaluation.json"]


def test_a_small_job_does_not_write_at_every_better_epoch(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    better: list[int] = []
    written: list[str] = []
    judge, write = Learner.judge, checkpoint.write

    def judging(learner: Learner, loss: float) -> None:
        judge(learner, loss)
        if learner.best_epoch == learner.epoch:
            better.append(learner.epoch)

    def writing(folder: Path, tensors: Any, state: Any, name: str = checkpoint.NAME) -> Path:
        written.append(name)
        return write(folder, tensors, state, name)

    monkeypatch.setattr(Learner, "judge", judging)
    monkeypatch.setattr(checkpoint, "write", writing)
    launch(job({"epochs": 20, "baselines": False, "importance": False, "explained": False}))
    assert len(better) > 10
    assert 1 <= written.count("best.safetensors") < len(better) // 2
