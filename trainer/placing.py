"""Where a job's weights are: whole in every process, or a shard of each in every one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from trainer.distributed import Ranks
from trainer.learner import Learner
from trainer.network import Trainable
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation


def sharded(parameters: TrainingParameters, ranks: Ranks) -> bool:
    """Whether every process keeps a shard of the weights, and not all of them."""
    return ranks.count > 1 and getattr(parameters, "sharded", False)


def network_of(
    preparation: Preparation, outputs: int, device: torch.device, parameters: TrainingParameters, ranks: Ranks
) -> Trainable:
    """What learns, whole or in shards."""
    if not sharded(parameters, ranks):
        return preparation.network(outputs, device)
    from trainer.sharding import ShardedNetwork  # noqa: PLC0415 - imports torch's compiler, which few jobs need

    return ShardedNetwork(preparation.network(outputs, torch.device("cpu")), device, ranks)


def restore(learner: Learner, tensors: dict[str, torch.Tensor], numbers: dict[str, Any], path: Path) -> None:
    """Go on from the state in the checkpoint at that path, however many processes wrote it."""
    if learner.network.sharded or "flat" not in tensors:
        from trainer.spreading import taken_up  # noqa: PLC0415 - as above

        tensors = taken_up(path, tensors, learner.network)
    learner.restore(tensors, numbers)
