"""How many threads a job takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch
from trainer.contract import Failed
from trainer.devices import SMALL, choose_threads, slot_threads


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    torch.set_num_threads(1)


def sleeping(seconds: dict[int, float]) -> Callable[[], None]:
    """A step that takes as long as the threads at work decide."""
    return lambda: time.sleep(seconds[torch.get_num_threads()])


def test_small_model_takes_one_thread_without_a_probe() -> None:
    def step() -> None:
        raise AssertionError("no probe is needed")

    assert choose_threads(step, SMALL - 1, most=64) == 1
    assert choose_threads(step, SMALL * 100, most=1) == 1


def test_large_model_takes_what_a_probe_finds_fastest() -> None:
    assert choose_threads(sleeping({1: 0.02, 2: 0.01, 4: 0.005}), SMALL, most=4) == 4
    assert choose_threads(sleeping({1: 0.02, 2: 0.01, 4: 0.03}), SMALL, most=4) == 2
    assert choose_threads(sleeping({1: 0.01, 2: 0.05}), SMALL, most=2) == 1
    assert choose_threads(sleeping({1: 0.02, 2: 0.01, 3: 0.005}), SMALL, most=3) == 3


def test_slot_is_never_exceeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert slot_threads() == 1
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setenv("TRAINER_SLOT_THREADS", "4")
    assert slot_threads() == 4
    monkeypatch.setenv("TRAINER_SLOT_THREADS", "400")
    assert slot_threads() == 8


def test_gpu_that_is_not_there_is_refused(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    code, events = launch(job(device="gpu"))
    assert code == 1
    assert isinstance(events[-1], Failed)
    assert events[-1].failure == "device"
