"""Checkpoints of weights that are spread over processes; any number of processes takes them up.

Every process writes its shards (torch.distributed.checkpoint, as safetensors: no pickle), the first one joins them to
one file and puts it in the place of the last. What is spread has a slash in its name, and stands in the file whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from trainer import checkpoint
from trainer.network import Trainable
from trainer.sharding import ShardedNetwork, pieces_of

JOINED = "model-00001-of-00001.safetensors"  # as the writer calls the one file of all
VECTORS = ("flat", "best", "average")


def write(folder: Path, tensors: dict[str, Tensor], state: dict[str, Any], network: Trainable) -> Path:
    """Replace the folder's checkpoint; all processes of the job call this at once."""
    assert isinstance(network, ShardedNetwork)  # noqa: S101 - no other is spread
    parts = folder / ".checkpoint-parts"
    if network.ranks.leads:
        shutil.rmtree(parts, ignore_errors=True)
    network.meet()
    kept: dict[str, Any] = {name: _spread(network, name, own) for name, own in tensors.items() if "/" in name}
    if network.ranks.leads:
        alike = {name: own for name, own in tensors.items() if "/" not in name}
        kept[checkpoint.ALIKE] = checkpoint.packed(alike, state)
    with network.ranks.watched(), warnings.catch_warnings(action="ignore"):
        save(kept, storage_writer=HuggingFaceStorageWriter(
            str(parts), save_distributed=True, enable_consolidation=True
        ))  # fmt: skip
    path = folder / checkpoint.NAME
    if network.ranks.leads:
        with (parts / JOINED).open("rb") as file:
            os.fsync(file.fileno())
        (parts / JOINED).replace(path)
        shutil.rmtree(parts, ignore_errors=True)
    network.meet()
    return path


def taken_up(path: Path, tensors: dict[str, Tensor], network: Trainable) -> dict[str, Tensor]:
    """A learner's state as this network keeps it, whether one process wrote it or several did."""
    if isinstance(network, ShardedNetwork):
        if "flat" not in tensors:
            return tensors | _own(path, network)
        whole = _vectors(tensors)
        return tensors | {name: network.own(piece) for name, piece in pieces_of(whole, network).items()}
    return tensors if "flat" in tensors else tensors | _joined(path, network)


def _own(path: Path, network: ShardedNetwork) -> dict[str, Tensor]:
    """This process' shards; no process reads more."""
    names = [name for name in checkpoint.names(path) if "/" in name]
    shards = dict(zip(network.names, network.vectors, strict=True))
    kept: dict[str, Any] = {
        name: _spread(network, name, torch.zeros_like(shards[name[name.index("/") :]])) for name in names
    }
    with tempfile.TemporaryDirectory() as folder:  # the reader takes all files of one
        Path(folder, JOINED).symlink_to(path.absolute())
        load(kept, storage_reader=HuggingFaceStorageReader(folder))
    return {name.removeprefix("learner."): value.to_local() for name, value in kept.items()}


def _spread(network: ShardedNetwork, name: str, own: Tensor) -> Tensor:
    return network.spread(name[name.index("/") + 1 :], own)


def _vectors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is kept of all weights, each as one vector again: the optimizer's stand in the pieces that it moves."""
    found = {name: tensors[name] for name in VECTORS if name in tensors}
    for name, value in tensors.items():
        if name.startswith("optimizer.") and value.dim():
            first = name.removesuffix(".1")
            found[first] = torch.cat([tensors[piece] for piece in (first, f"{first}.1") if piece in tensors])
    return found


def _joined(path: Path, network: Trainable) -> dict[str, Tensor]:
    """What processes kept by name, in the vectors of one."""
    pieces = network.pieces()
    found: dict[str, Tensor] = {}
    for kept in {name.partition("/")[0] for name in checkpoint.names(path) if "/" in name}:
        whole = torch.cat([checkpoint.one(path, f"{kept}/{name}").reshape(-1) for name in network.shapes])
        own = kept.removeprefix("learner.")
        if own in VECTORS:
            found[own] = whole
            continue
        cut = torch.split(whole, [piece.weights.numel() for piece in pieces])
        found |= {own + piece.name: part for piece, part in zip(pieces, cut, strict=True)}
    return found
