"""What this machine has and how busy it is. GPUs are asked through NVML: CUDA must stay untouched before a fork."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pynvml

CGROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")
SPEED_SECONDS, PRODUCTS = 0.1, 5  # how long to measure, and products of one try


def hostname() -> str:
    return socket.gethostname()[:160]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """The machine's memory, or the container's share of it."""
    total = int(psutil.virtual_memory().total)
    with contextlib.suppress(OSError, ValueError):
        return min(total, int(CGROUP_MEMORY.read_text()))
    return total


def gpus() -> list[dict[str, Any]]:
    """Index, name and memory of each GPU; none where there is no driver."""
    with _nvml() as count:
        return [
            {
                "index": index,
                "name": _text(pynvml.nvmlDeviceGetName(handle)),
                "memory_bytes": int(pynvml.nvmlDeviceGetMemoryInfo(handle).total),
            }
            for index, handle in _handles(count)
        ]


def load() -> dict[str, Any]:
    """Shares in use, 0 to 1; and the machine's speed, by which jobs are estimated."""
    return {
        "cpu": psutil.cpu_percent() / 100,
        "memory": psutil.virtual_memory().percent / 100,
        "gpus": _gpu_load(),
        "speed": speed(),
    }


@cache
def speed() -> float:
    """Multiplications a second of one thread, in products of matrices so small that nobody cuts them in parts.

    The fastest of a few hundred tries, a tenth of a second all in all, once per worker: a busy machine is as fast in
    between.
    """
    import numpy as np  # noqa: PLC0415 - for a worker alone, and only once

    side = 64
    left = right = np.full((side, side), 0.5, np.float32)
    fastest = float("inf")
    end = time.perf_counter() + SPEED_SECONDS
    while (begin := time.perf_counter()) < end:
        for _ in range(PRODUCTS):
            np.matmul(left, right)
        fastest = min(fastest, (time.perf_counter() - begin) / PRODUCTS)
    return round(side**3 / fastest)


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs on this machine."""
    return pid > 0 and bool(psutil.pid_exists(pid))


def _gpu_load() -> list[dict[str, Any]]:
    with _nvml() as count:
        return [_one_load(index, handle) for index, handle in _handles(count)]


def _one_load(index: int, handle: Any) -> dict[str, Any]:
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    busy = {"index": index, "memory_used": int(memory.used), "utilization": None}
    with contextlib.suppress(pynvml.NVMLError):  # a GPU that is cut in parts does not tell
        busy["utilization"] = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    return busy


@contextlib.contextmanager
def _nvml() -> Iterator[int]:
    """The number of GPUs while NVML is open; 0 without a driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield 0
        return
    try:
        yield pynvml.nvmlDeviceGetCount()
    finally:
        pynvml.nvmlShutdown()


def _handles(count: int) -> Iterator[tuple[int, Any]]:
    for index in range(count):
        yield index, pynvml.nvmlDeviceGetHandleByIndex(index)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
