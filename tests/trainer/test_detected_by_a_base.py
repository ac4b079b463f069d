"""Object detection that goes on from a base model which sees: finds, resumes, answers, is made again."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.photos import things
from tests.trainer.sights import SMALL, small_base
from tests.trainer.test_resume import hashes, interrupted
from trainer.catalogue import recipe
from trainer.contract import BaseModel
from trainer.importing.published import EFFICIENTNET_LITE0, MOBILENET_V2
from trainer.predict import Predictor
from trainer.recipes.object_detection.based import Based
from trainer.recipes.object_detection.head import given_by, head_of
from trainer.recipes.object_detection.network import whole
from trainer.recipes.object_detection.size import size_of
from trainer.sight.network import Base
from trainer.sight.size import layers_of, passing_of
from trainer.sizes import Data, estimate_of

FEW: dict[str, Any] = {
    "hidden_layers": None, "width": 8, "crop": 32, "most": 8, "epochs": 2, "learning_rate": 0.02, "baselines": False,
}  # fmt: skip


@pytest.fixture
def going_on(job: MakeSpec, tmp_path: Path) -> MakeSpec:
    """Two organizations' pictures, and the base model."""

    def made(parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
        tables = {"anvil": things(24, 1), "borealis": things(16, 2)}
        usual = {"recipe": "object-detection", "target": "boxes", "fields": ["image"], "tables": tables}
        spec = job(FEW | (parameters or {}), **(usual | changes))
        return spec.model_copy(update={"base": BaseModel(path=str(small_base(tmp_path / "base")))})

    return made


@pytest.mark.parametrize("pace", [0.0, 0.5])
def test_things_are_found_on_a_base_which_stays_or_moves(going_on: MakeSpec, pace: float) -> None:
    spec = going_on({"epochs": 40, "batch_size": 4, "base_pace": pace})
    code, events = launch(spec)
    assert code == 0, events[-1]
    told = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    assert told["overall"]["metrics"]["map_50"]["value"] > (0.5 if pace else 0.25)
    before, after = (load_file(Path(folder, "model.safetensors")) for folder in (spec.base.path, spec.output))
    moved = float((after["base.blocks.4.see.weight"] - before["blocks.4.see.weight"]).abs().max())
    assert (moved > 0) == (pace > 0)
    assert torch.equal(after["base.stem.weight"], before["stem.weight"])
    content, wanted = things(1, 9).column("image")[0].as_py(), json.loads(things(1, 9).column("boxes")[0].as_py())
    said = Predictor(spec.output).predict([{"image": base64.b64encode(content).decode()}], explain=True)[0]
    if pace:
        best = max(said["boxes"], key=lambda box: box["score"])
        assert best["label"] == wanted[0]["category"]
    assert np.array(said["reasons"]["heat"]).max() == 1.0


def test_going_on_after_a_stop_gives_the_same_bytes(going_on: MakeSpec) -> None:
    parameters = {"average": 0.9}
    _, events = launch(going_on(parameters))
    assert interrupted(going_on, [3, 2], parameters) == hashes(events)


def test_the_example_and_the_reproduction_run(going_on: MakeSpec) -> None:
    spec = going_on()
    launch(spec)
    Path(spec.output, "picture.jpg").write_bytes(things(1, 9).column("image")[0].as_py())
    done = subprocess.run([sys.executable, "example.py"], cwd=spec.output, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    command = [sys.executable, "reproduce/reproduce.py", "--data", str(Path(spec.inputs[0].path).parent)]
    without = subprocess.run(command, cwd=spec.output, check=False, capture_output=True, text=True)
    assert "--base" in without.stdout + without.stderr
    done = subprocess.run(
        [*command, "--base", spec.base.path], cwd=spec.output, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("size", [(16, 16), (40, 72), (33, 50)])
def test_maps_are_as_large_as_without_a_base(size: tuple[int, int]) -> None:
    module = Based(2, 8, Base(SMALL, ends=False), SMALL).eval()
    with torch.no_grad():
        maps = whole(module, torch.rand(3, *size))
    assert maps.shape == (6, -(-size[0] // 4), -(-size[1] // 4))


@pytest.mark.parametrize("sight", [MOBILENET_V2.sight, EFFICIENTNET_LITE0.sight])
def test_a_small_picture_has_a_map_of_every_stride(sight: Any) -> None:
    base = Base(sight, ends=False)
    with torch.no_grad():
        maps = base.maps(torch.rand(1, 3, 16, 16))
        assert [tuple(one.shape[1:]) for one in maps] == [
            (width, side, side) for width, side in zip(given_by(sight), (4, 2, 1, 1), strict=True)
        ]
        assert whole(Based(2, 8, base, sight).eval(), torch.rand(3, 16, 16)).shape == (6, 4, 4)


@pytest.mark.parametrize("sight", [SMALL, MOBILENET_V2.sight, EFFICIENTNET_LITE0.sight])
def test_channels_and_weights_are_those_of_the_network(sight: Any) -> None:
    base = Base(sight, ends=False)
    with torch.no_grad():
        assert [seen.shape[1] for seen in base.maps(torch.zeros(1, 3, 64, 64))] == given_by(sight)
    parameters = recipe("object-detection").check({})
    module = Based(3, parameters.width, base, sight)  # type: ignore[attr-defined]
    new = sum(weight.numel() for weight in module.parameters())
    assert sum(weights + also for weights, also, _, _ in head_of(sight, parameters, 3, 160)) == new  # type: ignore[arg-type]


def test_memory_and_work_are_told_beforehand() -> None:
    known, base = recipe("object-detection"), {"config": {"sight": MOBILENET_V2.sight.told()}, "weights": 3_500_000}
    assert known.bases == ("vision",)

    def estimate(**parameters: Any) -> Any:
        data = Data(rows=170, size=10**7, classes=1, base=base)
        return estimate_of(known, known.check({"batch_size": 6, **parameters}), data)

    stays, moves = estimate(base_pace=0.0), estimate()
    assert moves.parameters > 1_800_000 > stays.parameters
    assert moves.multiplications_per_step > stays.multiplications_per_step
    assert 400 * 2**20 < stays.memory < moves.memory < 1500 * 2**20
    assert estimate_of(known, known.check({}), Data(rows=1, base={"config": {}, "weights": None})) is None
    layers, _ = layers_of(MOBILENET_V2.sight, 160, ends=False)
    kept = passing_of(layers, 160, learns=True) - passing_of(layers, 160, learns=False)
    assert 0 < kept < 0.75 * sum(given * places for _, _, places, given in layers)


def test_memory_and_work_without_a_base_grow_with_the_crop() -> None:
    known = recipe("object-detection")
    small, large = (size_of(known.check({"crop": side}), Data(rows=9, classes=2)) for side in (32, 64))  # type: ignore[arg-type]  # of this recipe
    assert small is not None
    assert large is not None
    assert large.multiplications == 4 * small.multiplications > 0
    assert large.activations == 4 * small.activations > 0
