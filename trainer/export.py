"""The files that a run leaves: weights, how to run them, how to prepare an input, and what they are worth."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from trainer.contract import Artifact, JobSpec
from trainer.data.target import Target
from trainer.network import Network
from trainer.objectives import Objective
from trainer.recipes.program import Preparation
from trainer.reporter import Emit
from trainer.snippets import snippet


def export(
    spec: JobSpec,
    target: Target,
    preparation: Preparation,
    network: Network,
    objective: Objective,
    weights: dict[str, Tensor],
    evaluation: dict[str, Any],
    emit: Emit,
) -> None:
    """Write every artifact atomically and tell its hash."""
    calls = network.published_calls()
    if target.task == "regression":
        weights = in_own_unit(weights, calls[-1]["weights"], objective)
    config = {
        "format": 1,
        "recipe": spec.recipe,
        "recipe_version": spec.recipe_version,
        "task": target.task,
        "target": spec.target,
        "labels": target.labels,
        "input": preparation.input_json(),
        "layers": calls,
        "parameters": spec.parameters,
        "parameters_count": network.flat.numel(),
        "seed": spec.seed,
        "made_with": {"torch": str(torch.__version__)},
    }
    folder = Path(spec.output)
    # content that follows from the weights alone, so equal weights are equal files
    write(folder, "model.safetensors", save({name: weights[name].contiguous() for name in sorted(weights)}), emit)
    write(folder, "config.json", _json(config), emit)
    write(folder, "preprocessing.json", _json(preparation.to_json()), emit)
    write(folder, "evaluation.json", _json(evaluation, indent=None), emit)  # long, and read by programs
    write(folder, "example.py", snippet(config, preparation.to_json()).encode(), emit)


def in_own_unit(weights: dict[str, Tensor], last: list[str], objective: Objective) -> dict[str, Tensor]:
    """A regression learns a standardized target; its last layer is rescaled so that it answers in the target's unit."""
    weight, bias = (weights[name].double() for name in last)
    scaled = {last[0]: (weight * objective.scale).float(), last[1]: (bias * objective.scale + objective.center).float()}
    return weights | scaled


def write(folder: Path, name: str, content: bytes, emit: Emit) -> None:
    new = folder / f"{name}.new"
    new.write_bytes(content)
    new.replace(folder / name)
    emit(Artifact(path=name, sha256=sha256(content).hexdigest(), size=len(content)))


def _json(value: dict[str, Any], indent: int | None = 1) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).encode() + b"\n"
