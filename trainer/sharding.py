"""Weights that are spread over the processes: each keeps a shard of every one, for models that fit no single device.

PyTorch's `fully_shard` (Zhao et al., PyTorch FSDP, 2023, section 3) gathers a block's weights for as long as the block
computes, and hands each process its shard of the gradient's sum. So the optimizer, the averages and the best weights
are shards too. A module is built and initialised in main memory, as one process does, and only then moved in shards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Shard

from trainer.contract import N_, SpecError
from trainer.data.feed import Feed, Inputs
from trainer.distributed import Ranks
from trainer.module import MATRIX, ModuleNetwork
from trainer.network import Piece, Trainable

ONLY_MODULES = N_("Only language models can be spread over several processes.")


@cache
def mesh_of(kind: str, count: int) -> DeviceMesh:
    """All processes of the job, in a row."""
    return init_device_mesh(kind, (count,))


class ShardedNetwork:
    """A module's weights, this process' shard of each; `names` are the weights' own behind a slash."""

    sharded = True

    def __init__(self, network: Trainable, device: torch.device, ranks: Ranks) -> None:
        """`network` is whole and in main memory, and this one's alone from now on."""
        if not isinstance(network, ModuleNetwork):
            raise SpecError(ONLY_MODULES, field="sharded")
        self.inner, self.shapes = network, network.shapes
        self.names = [f"/{name}" for name in network.shapes]
        self.count, self.multiplications = network.count, network.multiplications
        self.mesh, self.ranks = mesh_of(device.type, ranks.count), ranks
        self._vectors: list[Tensor] = []
        self._gradients: list[Tensor] = []

    def initialise(self, generator: torch.Generator) -> None:
        """As one process would, then each keeps its shards."""
        self.inner.initialise(generator)
        module = self.inner.unbound()
        for part in (*blocks_of(module), module):
            own = fully_shard(part, mesh=self.mesh, reshard_after_forward=True)
            own.set_gradient_divide_factor(1.0)  # the gradient of a batch is a sum; its mass is known later
            own.set_force_sum_reduction_for_comms(True)
        found = dict(module.named_parameters())
        trained: list[Any] = [found[name] for name in self.shapes]  # tensors that know of all shards
        for weight in trained:
            weight.grad = torch.zeros_like(weight)  # backward adds into it
        self._vectors = [weight.detach().to_local() for weight in trained]
        self._gradients = [weight.grad.to_local() for weight in trained]

    def prepared(self, feed: Feed) -> Feed:
        return self.inner.prepared(feed)

    def __call__(self, inputs: Inputs, *, training: bool = False) -> Tensor:
        return self.inner(inputs, training=training)

    @property
    def vectors(self) -> list[Tensor]:
        return self._vectors

    @property
    def gradients(self) -> list[Tensor]:
        return self._gradients

    def pieces(self) -> list[Piece]:
        decays = [len(shape) >= MATRIX for shape in self.shapes.values()]
        return list(map(Piece, self.names, self.vectors, self.gradients, decays))

    def whole(self, vectors: Sequence[Tensor] | None = None) -> Tensor | None:
        """One weight after the other, so that no device holds more than one of them whole."""
        kept = []
        with torch.no_grad(), self.ranks.watched():
            for name, own in zip(self.shapes, vectors or self.vectors, strict=True):
                full = self.spread(name, own).full_tensor()
                if self.ranks.leads:
                    kept.append(full.reshape(-1).cpu())
        return torch.cat(kept) if kept else None

    def spread(self, name: str, own: Tensor) -> DTensor:
        """This process' shard of the weight of that name, or of what is kept of it, as a part of the whole."""
        shape = self.shapes[name]
        stride = torch.empty(shape, device="meta").stride()
        found: DTensor = DTensor.from_local(
            own, self.mesh, [Shard(0)], run_check=False, shape=torch.Size(shape), stride=stride
        )
        return found

    def own(self, whole: Tensor) -> Tensor:
        """This process' shard of something whole."""
        shards = torch.chunk(whole, self.ranks.count)
        return shards[self.ranks.rank] if self.ranks.rank < len(shards) else whole[:0]

    def meet(self) -> None:
        """Go on when all processes have come here."""
        self.ranks.add_up(torch.zeros((), device=self.mesh.device_type))

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        return self.inner.published_weights(flat)

    def description(self) -> dict[str, Any]:
        return self.inner.description()


def blocks_of(module: nn.Module) -> Iterator[nn.Module]:
    """What is gathered one after the other: the blocks of the longest list of a module's parts."""
    lists = [part for part in module.modules() if isinstance(part, nn.ModuleList) and len(part)]
    yield from max(lists, key=len, default=())


def pieces_of(whole: dict[str, Tensor], network: ModuleNetwork | ShardedNetwork) -> dict[str, Tensor]:
    """What one process kept in vectors, by the weights' names."""
    lengths = [math.prod(shape) for shape in network.shapes.values()]
    found: dict[str, Tensor] = {}
    for kept, vector in whole.items():
        cut = zip(network.shapes.items(), torch.split(vector, lengths), strict=True)
        found |= {f"{kept}/{name}": piece.view(shape) for (name, shape), piece in cut}
    return found
