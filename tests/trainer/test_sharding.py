"""Weights that are spread over processes learn what whole ones learn. Real processes over gloo."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.trainer.conftest import MakeSpec, reviews
from tests.trainer.ranked import alone, checkpoint_of, losses, server, stop_in, train
from tests.trainer.servant import Servant
from tests.trainer.test_ranks import ranks_of
from trainer import checkpoint
from trainer.contract import Log

__all__ = ["server"]  # a fixture
pytestmark = pytest.mark.process

SMALL = {
    "width": 16, "layers": 2, "heads": 2, "context": 16, "vocabulary": 300, "batch_size": 8, "epochs": 4,
    "learning_rate": 0.01, "explained": False, "hidden_layers": None, "baselines": False, "sharded": True,
}  # fmt: skip
EVERYTHING = {"early_stopping": True, "average": 0.9, "accumulation": 3, "gradient_clip": 0.05}


@pytest.fixture
def written(job: MakeSpec) -> MakeSpec:
    """A small language model, spread over its processes."""
    tables = {"anvil": reviews(50, 1), "borealis": reviews(30, 2)}

    def make(parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
        common = {"recipe": "language-model", "target": "text", "fields": None, "tables": tables}
        return job(SMALL | (parameters or {}), **(common | changes))

    return make


def test_shards_of_three_lose_as_one_does(server: Servant, written: MakeSpec) -> None:
    spec = written(EVERYTHING, processes=3)
    code, events = train(server, spec)
    assert code == 0, events[-1]
    assert losses(events) == pytest.approx(alone(spec), abs=1e-5)
    for name in ("model.safetensors", "best.safetensors"):
        assert_equal(Path(spec.output, name), Path(f"{spec.output}-alone", name))


def assert_best_beside(path: Path) -> None:
    """The best weights as a file of their own are those of the checkpoint, whole."""
    found = load_file(path.with_name("best.safetensors"))
    assert found
    for name, weights in found.items():
        assert torch.equal(weights, checkpoint.one(path, f"learner.best/{name}"))


def assert_equal(one: Path, other: Path) -> None:
    """The same weights, to rounding."""
    found, expected = load_file(one), load_file(other)
    assert found.keys() == expected.keys()
    for name, weights in expected.items():
        torch.testing.assert_close(found[name], weights, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("counts", [(2, 3, 1), (1, 2, 3)])
def test_a_checkpoint_goes_on_with_another_number_of_processes(
    server: Servant, written: MakeSpec, tmp_path: Path, counts: tuple[int, ...]
) -> None:
    told, resume_from = [], None
    for processes, epoch in zip(counts, (1, 2, None), strict=True):
        spec = written(EVERYTHING, processes=processes, output=str(tmp_path / str(processes)), resume_from=resume_from)
        code, events = train(server, spec, *([] if epoch is None else [stop_in(epoch)]))
        assert code == (0 if epoch is None else 3), events[-1]
        told += events
        resume_from = checkpoint_of(spec, events)
        assert not list(tmp_path.glob("*/.checkpoint-parts"))
        if processes > 1 and epoch is not None:  # what is done keeps no learner
            assert_best_beside(Path(resume_from))
    assert losses(told) == pytest.approx(alone(written(EVERYTHING)), abs=1e-5)


def test_a_killed_rank_is_no_failure_of_the_job(server: Servant, written: MakeSpec) -> None:
    killed: list[int] = []

    def kill_last(pid: int, event: dict[str, Any]) -> None:
        if event["kind"] == "metric" and not killed:
            killed.append(ranks_of(pid)[-1])
            os.kill(killed[0], signal.SIGKILL)

    spec = written({"epochs": 12}, processes=2)
    code, events = train(server, spec, watch=kill_last)
    assert code == 0, events[-1]
    assert [Log(**p).level for kind, p in events if kind == "log" and "died" in p["text"]] == ["warning"]
    assert losses(events) == pytest.approx(alone(spec), abs=1e-5)


def test_a_base_model_learns_in_shards(server: Servant, job: MakeSpec, small_base: str) -> None:
    parameters = {"epochs": 2, "length": 24, "batch_size": 8, "rank": 3, "sharded": True, "baselines": False}
    spec = job(
        parameters | {"hidden_layers": None, "written_samples": 0}, recipe="fine-tune", target="answer",
        fields=["text"], tables={"anvil": reviews(40, 1)}, base={"path": small_base}, processes=2,
    )  # fmt: skip
    code, events = train(server, spec)
    assert code == 0, events[-1]
    assert losses(events) == pytest.approx(alone(spec), abs=1e-5)


def test_tables_are_not_spread(server: Servant, job: MakeSpec) -> None:
    code, events = train(server, job({"sharded": True}, processes=2))
    assert code == 1
    assert events[-1][1]["failure"] == "spec"
