"""Image classification that goes on from a base model which sees: learns, resumes, shows, answers, is made again."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.photos import png
from tests.trainer.sights import SMALL, small_base
from tests.trainer.test_hostile import failed
from tests.trainer.test_resume import hashes, interrupted
from trainer.catalogue import recipe
from trainer.contract import BaseModel
from trainer.importing.published import EFFICIENTNET_LITE0, MOBILENET_V2, Published
from trainer.predict import Predictor
from trainer.sizes import Data, estimate_of

FEW: dict[str, Any] = {"hidden_layers": [], "base_side": 32, "epochs": 3, "batch_size": 8, "learning_rate": 0.02}


def patches(rows: int, seed: int) -> pa.Table:
    """Pictures with stripes across or down, in any brightness."""
    random = np.random.default_rng(seed)
    cells, labels = [], []
    for _ in range(rows):
        across = bool(random.random() < 0.5)
        stripes = (np.arange(40) // 4 % 2 * 120)[:, None] + random.normal(60, 10, (40, 40))
        values = stripes if across else stripes.T
        cells.append(png(np.repeat(values.clip(0, 255)[:, :, None], 3, 2)))
        labels.append("across" if across else "down")
    return pa.table({"image": pa.array(cells, pa.binary()), "label": labels})


@pytest.fixture
def going_on(job: MakeSpec, tmp_path: Path) -> MakeSpec:
    """Two organizations' patches, and the base model."""

    def made(parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
        tables = {"anvil": patches(40, 1), "borealis": patches(24, 2)}
        usual = {"recipe": "image-classification", "target": "label", "fields": ["image"], "tables": tables}
        spec = job(FEW | (parameters or {}), **(usual | changes))
        base = BaseModel(path=str(small_base(tmp_path / "base")))
        viewable = tuple(one.model_copy(update={"viewable": True}) for one in spec.inputs)
        return spec.model_copy(update={"base": base, "inputs": viewable})

    return made


def evaluation(spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


@pytest.mark.parametrize("pace", [0.0, 0.2])
def test_kinds_are_learnt_on_a_base_which_stays_or_moves(going_on: MakeSpec, pace: float) -> None:
    spec = going_on({"base_pace": pace, "epochs": 12})
    code, events = launch(spec)
    assert code == 0, events[-1]
    told = evaluation(spec)
    assert told["overall"]["metrics"]["accuracy"]["value"] > 0.9
    assert told["robustness"]["noise"][0]["value"] == pytest.approx(told["overall"]["metrics"]["accuracy"]["value"])
    assert {one["label"] for one in told["class_heat"]} == {"across", "down"}
    before, after = (
        load_file(Path(spec.base.path, "model.safetensors")),
        load_file(Path(spec.output, "model.safetensors")),
    )
    moved = float((after["base.blocks.4.see.weight"] - before["blocks.4.see.weight"]).abs().max())
    assert (moved > 0) == (pace > 0)
    config = json.loads(Path(spec.output, "config.json").read_bytes())
    assert config["sight"] == SMALL.told()
    assert "architectures" not in config
    content = patches(1, 9)
    row = {"image": base64.b64encode(content.column("image")[0].as_py()).decode()}
    (said,) = Predictor(spec.output).predict([row], explain=True)
    assert said["label"] == content.column("label")[0].as_py()
    heat = np.array(said["reasons"]["heat"])
    assert heat.shape == (32, 32)
    assert heat.max() == 1.0


def test_what_is_published_answers_as_it_was_judged(going_on: MakeSpec) -> None:
    """The same accuracy on the held-out rows, from the files alone and from pictures as bytes."""
    spec = going_on({"base_pace": 0.3, "baselines": False})
    launch(spec)
    told = evaluation(spec)
    rows = [
        {"image": base64.b64encode(cell.as_py()).decode()} for seed, count in ((1, 40), (2, 24))
        for cell in patches(count, seed).column("image")
    ]  # fmt: skip
    likely = {round(max(one["probabilities"].values()), 4) for one in Predictor(spec.output).predict(rows)}
    shown = {round(one["probability"], 4) for one in told["examples"]}
    assert shown
    assert shown <= likely


def test_an_example_to_try_is_as_large_as_the_model_reads_it(going_on: MakeSpec) -> None:
    spec = going_on({"base_side": 96, "epochs": 1, "baselines": False})
    launch(spec)
    told = evaluation(spec)

    def sizes(part: str) -> set[tuple[int, int]]:
        return {Image.open(io.BytesIO(base64.b64decode(one["picture"]))).size for one in told[part]}

    assert sizes("samples") == {(96, 96)}
    assert sizes("examples") == {(64, 64)}  # only looked at


@pytest.mark.parametrize("pace", [0.0, 0.2])
def test_going_on_after_a_stop_gives_the_same_bytes(going_on: MakeSpec, pace: float) -> None:
    parameters = {"base_pace": pace, "dropout": 0.2, "average": 0.9}
    _, events = launch(going_on(parameters))
    assert interrupted(going_on, [5, 20], parameters) == hashes(events)


def test_pixel_columns_are_seen_in_grey(going_on: MakeSpec) -> None:
    random = np.random.default_rng(4)
    tables = {}
    for name in ("anvil", "borealis"):
        bright = random.random(30) < 0.5
        pixels = random.uniform(0, 40, (30, 64)) + bright[:, None] * 200
        tables[name] = pa.table({**{f"p{n}": pixels[:, n] for n in range(64)}, "label": np.where(bright, "b", "d")})
    spec = going_on({"epochs": 8, "baselines": False}, tables=tables, fields=None)
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert json.loads(Path(spec.output, "preprocessing.json").read_bytes())["shape"] == [1, 8, 8]
    said = Predictor(spec.output).predict([{"pixels": [220.0] * 64}, {"pixels": [10.0] * 64}])
    assert [one["label"] for one in said] == ["b", "d"]


def test_the_example_and_the_reproduction_run(going_on: MakeSpec) -> None:
    spec = going_on({"baselines": False, "base_pace": 0.1})
    launch(spec)
    Path(spec.output, "picture.jpg").write_bytes(patches(1, 9).column("image")[0].as_py())
    done = subprocess.run([sys.executable, "example.py"], cwd=spec.output, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    folder = Path(spec.inputs[0].path).parent
    command = [sys.executable, "reproduce/reproduce.py", "--data", str(folder), "--base", spec.base.path]
    done = subprocess.run(command, cwd=spec.output, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_half_a_base_is_refused_in_a_sentence(going_on: MakeSpec) -> None:
    spec = going_on()
    Path(spec.base.path, "config.json").write_text('{"architectures": ["BertModel"]}')
    failed(launch(spec)[1], "data", "The base model cannot be read")


def test_memory_and_work_are_told_beforehand() -> None:
    known, base = recipe("image-classification"), {"config": {"sight": SMALL.told()}, "weights": 1}
    assert known.bases == ("vision",)
    assert not known.needs_base

    def estimate(**parameters: Any) -> Any:
        return estimate_of(known, known.check(parameters), Data(rows=1000, size=10**6, classes=3, base=base))

    stays, moves, larger = estimate(), estimate(base_pace=0.1), estimate(base_pace=0.1, base_side=256)
    assert stays.parameters == 3 * 17
    assert moves.parameters > stays.parameters
    assert moves.multiplications_per_step > stays.multiplications_per_step
    assert larger.memory > moves.memory
    assert torch.tensor(larger.multiplications_per_step / moves.multiplications_per_step) > 3


@pytest.mark.parametrize(
    ("published", "batch", "took"),
    [(EFFICIENTNET_LITE0, 8, 649), (EFFICIENTNET_LITE0, 32, 877), (MOBILENET_V2, 8, 599), (MOBILENET_V2, 32, 843)],
)
def test_memory_is_told_as_it_was_measured(published: Published, batch: int, took: int) -> None:
    """The peak, in MB, of a process of its own: 100 written digits at 128 pixels a side, of which 20 are held out."""
    known, base = recipe("image-classification"), {"config": {"sight": published.sight.told()}, "weights": 1}
    data = Data(rows=100, held_out=20, size=30_000, classes=10, base=base)
    told = estimate_of(known, known.check({"base_pace": 0.2, "base_side": 128, "batch_size": batch}), data)
    assert told is not None
    assert took < told.memory / 2**20 < 1.3 * took


def test_the_launch_form_is_told_what_means_nothing() -> None:
    told = recipe("image-classification").json_schema()["properties"]
    only = {name: one["when"]["base"] for name, one in told.items() if "base" in one.get("when", {})}
    assert only == {
        "network": False, "channels": False, "hidden_layers": False, "activation": False, "side": False,
        "colour": False, "base_side": True, "base_pace": True,
    }  # fmt: skip
