"""Processes that `torchrun` starts, and starts again when one of them dies: how they meet, and where they go on.

torchrun keeps one store for all its attempts, and what an attempt wrote there (at which addresses its processes
listened) the next one would read. So every attempt meets under a name of its own, which the leading process invents.
"""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from trainer import checkpoint
from trainer.contract import JobSpec
from trainer.distributed import PATIENCE, Ranks, join

MARK = ".torchrun"  # in the output folder: which job it is of
LOOK_EVERY = 0.02  # seconds


def started() -> bool:
    """Whether torchrun started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1 and "RANK" in os.environ


def joined(*, gpu: bool) -> Ranks:
    """This process among those of its attempt."""
    rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    store, _, _ = next(rendezvous("env://", rank, count, timeout=PATIENCE))
    name = _invent(store, count) if rank == 0 else _learn(store, rank)
    return join(rank, count, meeting=PrefixStore(name, store), gpu=gpu)


def _invent(store: Store, count: int) -> str:
    """Tell a new name to everybody who is there, until all have heard it; some who seem there are long gone."""
    name, missing = uuid4().hex, set(range(1, count))
    end = time.monotonic() + PATIENCE.total_seconds()
    while missing and time.monotonic() < end:
        for rank in missing:
            if store.check([f"here/{rank}"]):
                store.set(f"name/{store.get(f'here/{rank}').decode()}", name)
        missing = {rank for rank in missing if not store.check([f"{name}/heard/{rank}"])}
        time.sleep(LOOK_EVERY)
    return name


def _learn(store: Store, rank: int) -> str:
    own = uuid4().hex
    store.set(f"here/{rank}", own)
    name = str(store.get(f"name/{own}").decode())
    store.set(f"{name}/heard/{rank}", "")
    return name


def taken_up(spec: JobSpec, ranks: Ranks) -> JobSpec:
    """The job from its last checkpoint, where torchrun has begun it before; the leading process looks, for all.

    A file marks which job the output is of. What an older one left there is put aside before it is marked, so no clock
    is asked whose a checkpoint is.
    """
    folder = Path(spec.output)
    mark, path = folder / MARK, folder / checkpoint.NAME
    said = sha256(spec.model_dump_json().encode()).hexdigest()
    known = f"{os.environ.get('TORCHELASTIC_RUN_ID', '')} {said}"
    goes_on = False
    if ranks.leads:
        folder.mkdir(parents=True, exist_ok=True)
        if mark.exists() and mark.read_text(encoding="utf-8") == known:
            goes_on = path.exists()
        else:
            if path.exists() and not _same(path, spec.resume_from):
                path.replace(path.with_name(f"old-{path.name}"))
            mark.write_text(known, encoding="utf-8")
    device = torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")
    return spec.model_copy(update={"resume_from": str(path)}) if ranks.agreed(int(goes_on), device) else spec


def _same(path: Path, other: str | None) -> bool:
    """Whether that is the same file; what is not there is told of when it is opened."""
    return other is not None and Path(other).exists() and path.samefile(other)


def unmark(spec: JobSpec) -> None:
    """The job is done: who starts it once more, perhaps on other data, begins from the beginning."""
    Path(spec.output, MARK).unlink(missing_ok=True)
