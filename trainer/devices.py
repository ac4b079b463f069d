"""Which device a job uses and with how many threads.

OpenMP threads that share busy cores wait for each other by spinning: a small network with two threads was seen to be
a hundred times slower than with one. So small models take one thread, larger ones what a short probe on the real
model and batch finds fastest, no job takes more than its slot owns, and `preload.calm` lets waiting threads sleep.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import torch

from trainer.contract import N_, JobSpec
from trainer.failures import TrainingError

SMALL = 20_000_000  # multiplications of one training step below which one thread is best
PROBE_SECONDS = 0.5
WORTH_IT = 0.85  # more threads must bring a step below this share of the time


def choose_device(spec: JobSpec) -> torch.device:
    """The CPU, the GPU that the caller left visible in CUDA_VISIBLE_DEVICES, or an Apple machine's own."""
    if spec.device == "cpu":
        return torch.device("cpu")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    if not torch.cuda.is_available():
        raise TrainingError(
            "device",
            N_("The job asks for a GPU and this machine shows none."),
            N_("Run it on a compute node with a GPU, or choose the CPU."),
        )
    return torch.device("cuda", torch.cuda.current_device())  # of several processes each has its own


def finest(device: torch.device) -> torch.dtype:
    """The longest numbers that the device computes with: an Apple machine's own has no others than float32."""
    return torch.float32 if device.type == "mps" else torch.float64


def slot_threads() -> int:
    """How many threads this slot owns: what the supervisor said, else what the process may use."""
    owned = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for name in ("TRAINER_SLOT_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(name, "").isdigit():
            return max(1, min(owned, int(os.environ[name])))
    return owned


def choose_threads(step: Callable[[], object], multiplications: int, *, most: int) -> int:
    """One thread for a small step; for a larger one the count with which a few real steps are fastest."""
    if most == 1 or multiplications < SMALL:
        return 1
    best, fastest = 1, _seconds_per_step(step, 1)
    threads = 2
    while threads <= most:
        seconds = _seconds_per_step(step, threads)
        if seconds > fastest * WORTH_IT:
            break
        best, fastest = threads, seconds
        threads = most if threads < most < threads * 2 else threads * 2
    return best


def _seconds_per_step(step: Callable[[], object], threads: int) -> float:
    torch.set_num_threads(threads)
    step()  # the first one also starts the threads
    times: list[float] = []
    end = time.perf_counter() + PROBE_SECONDS / 4
    while len(times) < 5 and (len(times) < 2 or time.perf_counter() < end):  # noqa: PLR2004 - two steps at least
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return sorted(times)[len(times) // 2]
