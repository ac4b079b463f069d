"""A published model answers people, strangers' ten lines answer the same."""

from __future__ import annotations

import base64
import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from tests.trainer.conftest import MakeSpec, launch, pictures
from tests.trainer.servant import ROOT, environment
from trainer.failures import TrainingError
from trainer.predict import Predictor, answer, serve
from trainer.snippets import example, snippet

IMAGES: dict[str, Any] = {"recipe": "image-classification", "target": "shape", "fields": None}
MODELS: dict[str, dict[str, Any]] = {
    "embeddings": {"parameters": {"missing_indicators": True, "dropout": 0.2}},
    "one-hot": {"parameters": {"categories": "one-hot", "hidden_layers": [], "missing_categories": "most-frequent"}},
    "gelu": {"parameters": {"activation": "gelu", "scaling": "min-max"}},
    "regression": {"parameters": {"epochs": 20, "activation": "tanh"}, "target": "life"},
    "mlp": {**IMAGES, "parameters": {"dropout": 0.1}},
    "cnn": {**IMAGES, "parameters": {"network": "cnn", "channels": [4, 8]}},
}


def folder_of(job: MakeSpec, name: str) -> Path:
    changes = dict(MODELS[name])
    if changes.get("recipe"):
        changes["tables"] = {"anvil": pictures(60, 1)}
    spec = job(**changes)
    code, events = launch(spec)
    assert code == 0, events[-1]
    return Path(spec.output)


def value_of(prediction: dict[str, Any]) -> Any:
    return prediction.get("value", prediction.get("probabilities"))


@pytest.mark.parametrize("name", MODELS)
def test_ten_lines_without_chainhub_predict_the_same(job: MakeSpec, name: str) -> None:
    folder = folder_of(job, name)
    config = json.loads((folder / "config.json").read_text())
    preprocessing = json.loads((folder / "preprocessing.json").read_text())
    code = snippet(config, preprocessing)
    assert len(code.splitlines()) <= 10
    assert max(map(len, code.splitlines())) <= 120 or config["input"]["kind"] == "table"
    assert "trainer" not in code
    assert (folder / "example.py").read_text() == code
    bare = [sys.executable, "-I", "-c", code]  # -I: neither this folder nor the environment's paths
    done = subprocess.run(bare, cwd=folder, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    (expected,) = Predictor(folder).predict([example(preprocessing)])
    assert eval(done.stdout) == pytest.approx(value_of(expected), rel=1e-4)


def test_predictor_agrees_with_the_evaluation(job: MakeSpec, tables: dict[str, pa.Table]) -> None:
    """Predicting every row through the published files gives the accuracy of about what evaluation says."""
    spec = job({"epochs": 40, "learning_rate": 0.02}, split={"kind": "k-fold", "folds": 3})
    launch(spec)
    rows = [row for content in tables.values() for row in content.to_pylist()]
    found = Predictor(spec.output).predict(rows)
    right = np.mean([prediction["label"] == row["worn"] for prediction, row in zip(found, rows, strict=True)])
    evaluation = json.loads(Path(spec.output, "evaluation.json").read_text())
    assert right == pytest.approx(evaluation["overall"]["metrics"]["accuracy"]["value"], abs=0.1)


def test_regression_predicts_in_its_own_unit(job: MakeSpec, tables: dict[str, pa.Table]) -> None:
    folder = folder_of(job, "regression")
    rows = tables["anvil"].to_pylist()
    values = [prediction["value"] for prediction in Predictor(folder).predict(rows)]
    assert np.mean(values) == pytest.approx(np.mean([row["life"] for row in rows]), abs=10)


def test_rows_may_lack_fields_and_hold_categories_never_seen(job: MakeSpec) -> None:
    predictor = Predictor(folder_of(job, "embeddings"))
    found = predictor.predict(
        [{}, {"line": "never seen"}, {"heat": "51.5", "line": None}, {"heat": float("inf"), "id": 7}]
    )
    for prediction in found:
        assert sum(prediction["probabilities"].values()) == pytest.approx(1)
        assert prediction["label"] == max(prediction["probabilities"], key=prediction["probabilities"].__getitem__)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{"heat": "hot"}], "“heat” must be a number, not “hot”."),
        ([{"heat": [1]}], "“heat” must be a number, not “[1]”."),
        ([], "Between 1 and 10000 rows"),
        (["row"], "The input must be a list of rows"),
    ],
)
def test_wrong_rows_are_refused_with_a_sentence(job: MakeSpec, rows: list[Any], sentence: str) -> None:
    predictor = Predictor(folder_of(job, "embeddings"))
    with pytest.raises(TrainingError, match=sentence.replace("[1]", r"\[1\]")):
        predictor.predict(rows)


def png(pixels: np.ndarray, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def test_picture_may_come_as_pixels_or_as_a_file(job: MakeSpec) -> None:
    predictor = Predictor(folder_of(job, "cnn"))
    row = pictures(1, 9).to_pylist()[0]
    pixels = [row[f"p{place}"] for place in range(64)]
    content = png(np.array(pixels).reshape(8, 8))
    found = predictor.predict([{"pixels": pixels}, {"image": content}, {"image": f"data:image/png;base64,{content}"}])
    assert found[0] == found[1] == found[2]
    assert predictor.predict([{"image": png(np.zeros((100, 50, 3)), "JPEG")}])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"pixels": [1, 2]}, "The model takes 64 pixels, not 2."),
        ({"pixels": ["x"] * 64}, "Pixels are a list of numbers."),
        ({"image": "!!"}, "The picture cannot be read"),
        ({"image": base64.b64encode(b"text").decode()}, "The picture cannot be read"),
        ({}, "A picture is given as"),
    ],
)
def test_wrong_pictures_are_refused_with_a_sentence(job: MakeSpec, row: dict[str, Any], sentence: str) -> None:
    predictor = Predictor(folder_of(job, "mlp"))
    with pytest.raises(TrainingError, match=sentence):
        predictor.predict([row])


def test_requests_are_lines_of_json(job: MakeSpec) -> None:
    predictor = Predictor(folder_of(job, "embeddings"))
    assert len(answer(predictor, '{"rows": [{}, {}]}')["predictions"]) == 2
    assert len(answer(predictor, '{"heat": 3}')["predictions"]) == 1
    assert answer(predictor, "{")["error"]["text"] == "The request is not valid JSON."
    assert answer(predictor, '{"rows": 3}')["error"]["text"]
    assert answer(predictor, '{"rows": [{"heat": "x"}]}')["error"]["params"] == {"field": "heat", "value": "x"}


@pytest.mark.parametrize("name", ["config.json", "preprocessing.json", "model.safetensors"])
def test_damaged_files_are_refused(job: MakeSpec, name: str) -> None:
    folder = folder_of(job, "embeddings")
    (folder / name).write_text("damaged")
    with pytest.raises(TrainingError, match="cannot be read"):
        Predictor(folder)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert serve(str(folder), theirs, idle=1) == 1
        said = json.loads(ours.recv(65536))["error"]
    assert said["unavailable"], "whoever asked is told that what was asked was wrong"


def test_picture_files_in_parquet_are_learnt(job: MakeSpec) -> None:
    flat = pictures(60, 3)
    columns = [flat.column(f"p{place}").to_numpy() for place in range(64)]
    files = [base64.b64decode(png(pixels.reshape(8, 8))) for pixels in np.stack(columns, axis=1)]
    for column in (pa.array(files), pa.array([{"bytes": file, "path": None} for file in files])):
        table = pa.table({"picture": column, "shape": flat.column("shape")})
        spec = job({"side": 8, "epochs": 20, "colour": "rgb"}, tables={"anvil": table}, **IMAGES)
        code, events = launch(spec)
        assert code == 0, events[-1]
    assert json.loads(Path(spec.output, "preprocessing.json").read_text())["shape"] == [3, 8, 8]
    broken = pa.table({"picture": pa.array([*files[:-1], b"not a picture"]), "shape": flat.column("shape")})
    _, events = launch(job({"side": 8}, tables={"anvil": broken}, **IMAGES))
    assert "Row 60 holds no readable picture" in events[-1].text % events[-1].params


def test_command_line_predicts_lines(job: MakeSpec) -> None:
    folder = folder_of(job, "embeddings")
    argv = [sys.executable, "-m", "trainer", "predict", str(folder)]
    lines = '{"heat": 40}\n{"rows": [{"heat": 70}, {}]}\n{"heat": "hot"}\n'
    done = subprocess.run(argv, cwd=ROOT, env=environment(), input=lines, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(item) for item in found] == [["predictions"], ["predictions"], ["error"]]
    assert len(found[1]["predictions"]) == 2
