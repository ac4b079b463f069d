"""The memory limit of a run, kept by the kernel: an allocation beyond it fails, and the run ends with a sentence."""

from __future__ import annotations

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


def _data_in_use() -> int:
    found = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) * 1024 if found else 0


def exhausted(error: BaseException) -> bool:
    """Torch tells a failed allocation on the CPU as a plain RuntimeError."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def release(device: torch.device) -> None:
    """Give back what torch keeps of a GPU's memory for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
