"""One training by several processes, each with its share of every batch; their gradients are added up.

A batch is the same rows whatever the number of processes, and so is its gradient: the curves of one process and of
many differ by rounding alone, and a checkpoint of many is taken up by any number. All weights are one vector, so
their exchange is one message per step (data parallel training; Li et al., PyTorch Distributed, 2020, section 3).
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import Store

PATIENCE = datetime.timedelta(minutes=10)  # for a rank that is still reading
WORTH_SHARING = 64  # rows per process, below which an evaluation is not shared out


class LostRankError(BaseException):
    """Another process of this job is gone: no failure of this one, so nobody takes it for one on the way out."""


@dataclass(frozen=True)
class Ranks:
    """This process among those of its job; alone by default."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this one tells, keeps checkpoints and writes what the job leaves."""
        return self.rank == 0

    def mine(self, rows: Tensor) -> Tensor:
        """This process' share of a batch."""
        return rows if self.count == 1 else rows[self.rank :: self.count]

    def add_up(self, *tensors: Tensor) -> None:
        """Each becomes the sum of all processes' own. Raises LostRankError."""
        try:
            for tensor in tensors if self.count > 1 else ():
                dist.all_reduce(tensor)
        except RuntimeError as error:
            raise LostRankError(str(error)) from None

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Passes that exchange weights on their way fail where another process is gone. Raises LostRankError."""
        try:
            yield
        except RuntimeError as error:
            if isinstance(error, dist.DistError) or any(word in str(error).lower() for word in ("gloo", "nccl")):
                raise LostRankError(str(error)) from None
            raise

    def agreed(self, own: int, device: torch.device) -> int:
        """What the leading process says, for all."""
        said = torch.tensor(own if self.leads else 0, device=device)
        self.add_up(said)
        return int(said)

    def even(self, rows: Tensor) -> Tensor:
        """`mine`, as long for every process: a shorter one is filled up with the first row."""
        own = self.mine(rows)
        return torch.cat([own, rows[: -(-len(rows) // self.count) - len(own)]])

    def shares(self, rows: Tensor) -> bool:
        """Whether it pays to share an evaluation of those rows out."""
        return self.count > 1 and len(rows) >= WORTH_SHARING * self.count

    def together(self, own: Tensor, rows: int) -> Tensor:
        """What the processes computed of `rows` rows, each for its `mine`, in the order of the rows."""
        whole = torch.zeros((rows, *own.shape[1:]), dtype=own.dtype, device=own.device)
        whole[self.rank :: self.count] = own
        self.add_up(whole)
        return whole


ALONE = Ranks()


def join(rank: int, count: int, *, meeting: str | Store, gpu: bool) -> Ranks:
    """Meet the others: at an address (`env://` is torchrun's), at a file that all of them see, or in a store."""
    gpu = gpu and torch.cuda.is_available()  # where there is none, the job says so in its own words
    if gpu:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", rank)))
    where: dict[str, Any] = {"init_method": meeting} if isinstance(meeting, str) else {"store": meeting}
    if isinstance(meeting, str) and meeting.startswith("file:"):
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # all on this machine; its name may lead elsewhere
    dist.init_process_group("nccl" if gpu else "gloo", rank=rank, world_size=count, timeout=PATIENCE, **where)
    return Ranks(rank, count)


def leave(ranks: Ranks) -> None:
    """Part from the others without waiting for them."""
    if ranks.count > 1 and dist.is_initialized():
        dist.destroy_process_group()
