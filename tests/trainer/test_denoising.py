"""A model that takes noise out of pictures: what it learns, shows, answers and refuses."""

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

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.photos import png, slopes
from tests.trainer.test_hostile import failed, logs
from tests.trainer.test_resume import hashes, interrupted
from trainer.catalogue import recipe
from trainer.contract import Finished
from trainer.measures.pictures import psnr, ssim
from trainer.predict import Predictor, answer
from trainer.recipes.image_denoising.network import DnCNN, restored
from trainer.sizes import Data, estimate_of

SMALL: dict[str, Any] = {
    "hidden_layers": None, "depth": 3, "width": 8, "patch": 12, "patches": 2, "epochs": 15, "learning_rate": 0.01,
}  # fmt: skip


def spec_of(job: MakeSpec, parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
    tables = {"anvil": slopes(30, 1), "borealis": slopes(20, 2)}
    usual = {"recipe": "image-denoising", "target": "image", "fields": None, "tables": tables}
    return job(SMALL | (parameters or {}), **(usual | changes))


def evaluation(spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def sent(content: bytes, **more: Any) -> dict[str, Any]:
    return {"image": base64.b64encode(content).decode(), **more}


def opened(text: str) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))), float)


def test_pictures_come_nearer_to_the_clean_ones(job: MakeSpec) -> None:
    spec = spec_of(job)
    code, events = launch(spec)
    assert code == 0, events[-1]
    metrics = evaluation(spec)["overall"]["metrics"]
    assert metrics["psnr_gain"]["value"] > 2
    assert metrics["psnr_gain"]["low"] <= metrics["psnr_gain"]["value"] <= metrics["psnr_gain"]["high"]
    assert metrics["psnr"]["value"] - metrics["psnr_gain"]["value"] == pytest.approx(20.17, abs=0.3), "sigma 25"
    assert evaluation(spec)["primary_metric"] == {"name": "psnr", "higher_is_better": True}
    assert evaluation(spec)["repeated"] == {"rows": 0, "of": evaluation(spec)["overall"]["rows"]}
    alone = evaluation(spec)["organizations"][0]["own"]["alone"]
    assert alone["psnr"]["value"] != metrics["psnr"]["value"]


def test_only_pictures_that_everyone_may_see_are_shown(job: MakeSpec) -> None:
    spec = spec_of(job, {"epochs": 1})
    inputs = [spec.inputs[0].model_copy(update={"viewable": True}), spec.inputs[1]]
    shown = spec.model_copy(update={"inputs": tuple(inputs)})
    launch(shown)
    found = evaluation(shown)["restored"]
    assert {item["organization"] for item in found} == {"anvil"}
    assert all(opened(item[name]).shape[1] == 24 for item in found for name in ("noisy", "restored", "clean"))
    launch(shown.model_copy(update={"masked": ("image",)}))
    assert "restored" not in evaluation(shown)


def test_a_published_model_answers(job: MakeSpec) -> None:
    spec = spec_of(job)
    launch(spec)
    model = Predictor(spec.output)
    clean = np.tile(np.linspace(60, 190, 30), (40, 1))
    noisy = (clean + np.random.default_rng(1).normal(0, 25, clean.shape)).clip(0, 255)
    said = model.predict([sent(png(noisy))])[0]
    assert set(said) == {"image"}
    assert np.square(opened(said["image"]) - clean).mean() < 0.6 * np.square(noisy - clean).mean()
    tried = model.predict([sent(png(clean), noise=25)])[0]
    assert 300 < np.square(opened(tried["before"]) - clean).mean() < 900
    assert np.square(opened(tried["image"]) - clean).mean() < np.square(opened(tried["before"]) - clean).mean()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "given as “image”"),
        ({"image": "?"}, "cannot be read"),
        (sent(b"no picture"), "cannot be read"),
        (sent(png(np.zeros((9, 9)))) | {"noise": "much"}, "is a number from"),
        (sent(png(np.zeros((9, 9)))) | {"noise": 1e9}, "is a number from"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(job: MakeSpec, row: dict[str, Any], words: str) -> None:
    spec = spec_of(job, {"epochs": 1})
    launch(spec)
    said = answer(Predictor(spec.output), json.dumps({"rows": [row]}))
    assert words in said["error"]["text"]


def test_the_example_runs_without_the_trainer(job: MakeSpec) -> None:
    spec = spec_of(job, {"epochs": 1, "colour": "rgb"})
    launch(spec)
    content = png(np.random.default_rng(1).integers(0, 255, (20, 31, 3)))
    Path(spec.output, "noisy.png").write_bytes(content)
    subprocess.run([sys.executable, "example.py"], cwd=spec.output, check=True)
    theirs = np.asarray(Image.open(Path(spec.output, "clean.png")), float)
    assert np.abs(theirs - opened(Predictor(spec.output).predict([sent(content)])[0]["image"])).max() <= 1


def test_strips_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    module, noisy = DnCNN(1, 4, 6), torch.rand(1, 90, 20)
    with torch.no_grad():
        whole = restored(module, noisy)
        monkeypatch.setattr("trainer.recipes.image_denoising.network.MOST", 1)
        torch.testing.assert_close(restored(module, noisy), whole)


@pytest.mark.parametrize("looks", [[2], [9], [25, 3]])
def test_resumed_is_bit_for_bit_the_same(job: MakeSpec, looks: list[int]) -> None:
    parameters = {"epochs": 3, "blind": True}
    _, events = launch(spec_of(job, parameters))
    assert interrupted(lambda p, **more: spec_of(job, p, **more), looks, parameters) == hashes(events)


def test_measures() -> None:
    torch.manual_seed(1)
    clean = torch.rand(1, 40, 40)
    assert float(psnr(clean + 0.1, clean)) == pytest.approx(20.0, abs=1e-3)
    assert float(psnr(clean, clean)) == pytest.approx(100.0)
    assert float(ssim(clean, clean)) == pytest.approx(1.0)
    noisy = clean + 0.1 * torch.randn(clean.shape)
    assert float(ssim(clean + 0.5 * torch.randn(clean.shape), clean)) < float(ssim(noisy, clean)) < 1.0
    assert float(ssim(torch.full((1, 5, 5), 0.5), torch.full((1, 5, 5), 0.5))) == pytest.approx(1.0)


def test_hostile_pictures(job: MakeSpec) -> None:
    good = slopes(20, 1)
    cells = good.column("image").to_pylist()
    mixed = pa.table({"image": pa.array([*cells[:18], None, png(np.zeros((1, 3)))], pa.binary())})
    events = launch(spec_of(job, {"epochs": 1}, tables={"anvil": mixed}))[1]
    assert isinstance(events[-1], Finished)
    assert "1 rows of anvil are left out: they have no picture." in " ".join(logs(events)).replace(
        "Anvil Steel", "anvil"
    )
    broken = pa.table({"image": pa.array([*cells[:19], b"Zhang San"], pa.binary())})
    events = launch(spec_of(job, {"epochs": 1}, tables={"anvil": broken}))[1]
    failed(events, "data", "Row 20 holds no readable picture")
    assert "Zhang San" not in str(events)
    empty = pa.table({"image": pa.array([None] * 20, pa.binary())})
    failed(launch(spec_of(job, tables={"anvil": good, "borealis": empty}))[1], "data", "No row of Borealis Motors")
    texts = pa.table({"image": ["Zhang San"] * 20})
    failed(launch(spec_of(job, tables={"anvil": texts}))[1], "data", "No field holds pictures.")
    failed(launch(spec_of(job, tables={"anvil": good, "borealis": texts}))[1], "data", "holds no pictures")


def test_data_in_files_gives_the_same_bits(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    _, events = launch(spec_of(job, {"epochs": 1}))
    monkeypatch.setattr("trainer.data.spill.SHARE", 0.0)
    _, spilled = launch(spec_of(job, {"epochs": 1}))
    assert "prepared in files" in " ".join(logs(spilled))
    assert hashes(spilled) == hashes(events)


def test_parameters_are_counted_exactly() -> None:
    known = recipe("image-denoising")
    for colour, channels in (("grey", 1), ("rgb", 3)):
        parameters = known.check({"depth": 5, "width": 6, "colour": colour})
        found = estimate_of(known, parameters, Data(rows=10, size=1000))
        assert found is not None
        assert found.parameters == sum(weight.numel() for weight in DnCNN(channels, 5, 6).parameters())
