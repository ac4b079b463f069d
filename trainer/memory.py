"""The memory limit of a run, kept by the kernel: an allocation beyond it fails, and the run ends with a sentence."""

from __future__ import annotations

import contextlib
import math
import re
import sys
from pathlib import Path

import torch

from trainer.contract import N_
from trainer.failures import TrainingError

MEGABYTE = 2**20


def limit(megabytes: int | None) -> None:
    """RLIMIT_DATA counts what is really private and writable, not the address space that libraries map."""
    if megabytes is None or sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not there on every platform

    used = _data_in_use()
    if used > megabytes * MEGABYTE:
        raise TrainingError(
            "memory",
            N_("A job needs at least %(least)s MB of memory to begin."),
            N_("Raise the memory limit of the job."),
            least=used // MEGABYTE + 1,
        )
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MEGABYTE, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def left(megabytes: int | None) -> float:
    """Bytes that this process may still take: of its limit, of its control group's, and of the machine's memory."""
    if sys.platform != "linux":
        return math.inf
    bounds = [_number(Path("/proc/meminfo"), r"MemAvailable:\s+(\d+) kB") * 1024]
    if megabytes is not None:
        bounds.append(megabytes * MEGABYTE - _data_in_use())
    group = Path("/sys/fs/cgroup")
    if most := _number(group / "memory.max", r"(\d+)"):
        bounds.append(most - _number(group / "memory.stat", r"anon (\d+)"))
    return max(0, min(bounds))


def give_back() -> None:
    """What was freed goes back to the system: the C library keeps it for small pieces, where large ones do not fit."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - for this alone

        with contextlib.suppress(OSError, AttributeError):  # another library than GNU's has no such function
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def _number(path: Path, pattern: str) -> int:
    """What the kernel says there; 0 where it says nothing."""
    try:
        found = re.search(pattern, path.read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _data_in_use() -> int:
    return _number(Path("/proc/self/status"), r"VmData:\s+(\d+) kB") * 1024


def exhausted(error: BaseException) -> bool:
    """Torch tells a failed allocation on the CPU and on an Apple GPU as a plain RuntimeError."""
    words = ("can't allocate memory", "MPS backend out of memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)


def release(device: torch.device) -> None:
    """Give back what torch keeps of a GPU's memory for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if device.type == "mps":
        torch.mps.empty_cache()
