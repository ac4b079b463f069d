"""The files that a run leaves: weights, how to run them, how to prepare an input, and what they are worth."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from trainer.contract import Artifact, JobSpec
from trainer.data.target import Target
from trainer.network import Trainable
from trainer.objectives import ByError, Objective
from trainer.recipes.program import Preparation
from trainer.reporter import Emit
from trainer.reproduce import reproduction

WEIGHTS = "model.safetensors"


def export(
    spec: JobSpec,
    target: Target,
    preparation: Preparation,
    network: Trainable,
    objective: Objective,
    vectors: Mapping[str, Tensor],
    evaluation: dict[str, Any],
    emit: Emit,
    asked: Callable[[], dict[str, Any]] = dict,
) -> None:
    """Write every artifact atomically and tell its hash.

    `vectors` are the trained weights by the file that takes them; `asked` asks the written model for more to evaluate.
    """
    described = network.description()
    rescaled = isinstance(objective, ByError) and "layers" in described
    if isinstance(objective, ByError) and not rescaled:  # the last layer is known to the module alone
        described |= {"unit": {"center": objective.center, "scale": objective.scale}}
    config = _config(spec, target, preparation, described, network.count)
    folder = Path(spec.output)
    for name, vector in vectors.items():
        weights = network.published_weights(vector)
        if isinstance(objective, ByError) and rescaled:
            weights = in_own_unit(weights, described["layers"][-1]["weights"], objective)
        write_weights(folder, name, weights, emit)
    write(folder, "config.json", _json(config), emit)
    write(folder, "preprocessing.json", _json(preparation.to_json() | preparation.after(evaluation)), emit)
    for name, content in preparation.files().items():
        write(folder, name, content, emit)
    evaluation = evaluation | asked()
    write(folder, "evaluation.json", _json(evaluation, indent=None), emit)  # long, and read by programs
    write(folder, "example.py", preparation.snippet(config).encode(), emit)
    for name, content in reproduction(spec, config, evaluation).items():
        write(folder, name, content, emit)


def _config(
    spec: JobSpec, target: Target, preparation: Preparation, described: dict[str, Any], count: int
) -> dict[str, Any]:
    """What was trained, on what, and the network as it describes itself."""
    return {
        **described,  # a base model that a hub made says things of its own training, which are not so any more
        "format": 1,
        "recipe": spec.recipe,
        "recipe_version": spec.recipe_version,
        "task": target.task,
        "target": spec.target,
        "labels": target.labels,
        "input": preparation.input_json(),
        "parameters": spec.parameters,
        "parameters_count": count,
        "seed": spec.seed,
        "made_with": {"torch": str(torch.__version__)},
    }


def in_own_unit(weights: dict[str, Tensor], last: list[str], objective: ByError) -> dict[str, Tensor]:
    """A regression learns a standardized target; its last layer is rescaled so that it answers in the target's unit."""
    weight, bias = (weights[name].double() for name in last)
    scaled = {last[0]: (weight * objective.scale).float(), last[1]: (bias * objective.scale + objective.center).float()}
    return weights | scaled


def write(folder: Path, name: str, content: bytes, emit: Emit) -> None:
    new = folder / f"{name}.new"
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_bytes(content)
    new.replace(folder / name)
    emit(Artifact(path=name, sha256=sha256(content).hexdigest(), size=len(content)))


def write_weights(folder: Path, name: str, weights: dict[str, Tensor], emit: Emit) -> None:
    """The same from where the weights are: a large model would need two more of its size to become bytes first.

    The content follows from the weights alone, so equal weights are equal files.
    """
    new = folder / f"{name}.new"
    new.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: weights[key].contiguous() for key in sorted(weights)}, new)
    with new.open("rb") as file:
        told = file_digest(file, "sha256").hexdigest()
    new.replace(folder / name)
    emit(Artifact(path=name, sha256=told, size=(folder / name).stat().st_size))


def _json(value: dict[str, Any], indent: int | None = 1) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).encode() + b"\n"
