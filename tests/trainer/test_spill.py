"""Data larger than memory: a job on it ends as one whose data fits, and leaves no file behind."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.trainer.conftest import MakeSpec, launch, pictures, reviews, table
from tests.trainer.test_hostile import logs
from trainer.contract import Artifact, Failed
from trainer.data import spill

CHILD = """
import sys, threading
from trainer import memory
from trainer.contract import Failed, Finished, JobSpec, Limits
from trainer.data import spill
from trainer.main import run
import trainer.recipes.{package}.program
spec = JobSpec.model_validate_json(open(sys.argv[1]).read())
most = memory._data_in_use() // memory.MEGABYTE + {over}
spec = spec.model_copy(update={{"limits": Limits(memory_mb=most)}})
spill.SHARE = {share}
def tell(event):
    if isinstance(event, Failed | Finished): print(event.model_dump_json())
sys.exit(run(spec, tell, threading.Event()))
"""


def in_child(spec: Any, folder: Path, *, over: int, share: float) -> tuple[int, dict[str, Any]]:
    """The job in a process of its own that may take so many megabytes more than it has when it begins."""
    path = folder / "spec.json"
    path.write_text(spec.model_dump_json())
    code = CHILD.format(package=spec.recipe.replace("-", "_"), over=over, share=share)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def weights(spec: Any) -> bytes:
    return Path(spec.output, "model.safetensors").read_bytes()


def photographs(rows: int) -> pa.Table:
    random = np.random.default_rng(3)
    cells = []
    for row in range(rows):
        held = io.BytesIO()
        Image.fromarray(random.integers(0, 120 + 100 * (row % 2), (9, 9, 3)).astype(np.uint8)).save(held, "PNG")
        cells.append(held.getvalue())
    cells[3] = None
    return pa.table({"picture": pa.array(cells, pa.binary()), "shape": ["dark", "bright"] * (rows // 2)})


CASES: dict[str, dict[str, Any]] = {
    "tabular": {"parameters": {"missing_indicators": True}},
    "tabular, one-hot": {"parameters": {"categories": "one-hot", "importance": False}},
    "tabular, folds": {"parameters": {"categories": "one-hot"}, "split": {"kind": "k-fold", "folds": 2}},
    "regression": {"target": "life"},
    "pixels": {"recipe": "image-classification", "target": "shape", "fields": None},
    "photographs": {
        "recipe": "image-classification", "target": "shape", "fields": ["picture"], "parameters": {"side": 8},
    },
    "texts": {
        "recipe": "text-classification", "target": "mood", "fields": ["text", "answer"],
        "parameters": {"hidden_layers": None},
    },
    "texts, windows": {
        "recipe": "text-classification", "target": "mood", "fields": ["text"],
        "parameters": {"hidden_layers": None, "network": "cnn", "filters": 4},
    },
    "corpus": {
        "recipe": "language-model", "target": "answer", "fields": None,
        "parameters": {"hidden_layers": None, "width": 16, "layers": 1, "heads": 2, "context": 8, "vocabulary": 300},
    },
    "corpus, letters": {
        "recipe": "language-model", "target": "answer", "fields": None,
        "parameters": {
            "hidden_layers": None, "width": 16, "layers": 1, "heads": 2, "context": 8, "tokenizer": "characters",
        },
    },
}  # fmt: skip
MADE = {
    "image-classification": lambda: pictures(60, 1), "text-classification": lambda: reviews(60, 1),
    "language-model": lambda: reviews(60, 1),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_data_in_files_gives_the_same_bits(job: MakeSpec, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    wanted = dict(CASES[case])
    parameters = wanted.pop("parameters", {})
    if wanted.get("recipe"):
        one, target = photographs(60) if case == "photographs" else MADE[wanted["recipe"]](), wanted["target"]
        labels = pa.array([None if row == 5 else value for row, value in enumerate(one[target].to_pylist())])
        wanted["tables"] = {"anvil": one.drop_columns([target]).append_column(target, labels), "borealis": one}
    spec = job(parameters, **wanted)
    code, events = launch(spec)
    assert code == 0, events[-1]
    resident = weights(spec)
    monkeypatch.setattr(spill, "SHARE", 0.0)
    monkeypatch.setattr("trainer.recipes.tabular.encoding.BLOCK", 7)
    monkeypatch.setattr("trainer.data.pixels.BLOCK", 7)
    for place in (
        "data.texts.ROWS", "data.spill.BLOCK", "recipes.text_classification.corpus.BLOCK",
        "recipes.language_model.program.BLOCK",
    ):  # fmt: skip
        monkeypatch.setattr(f"trainer.{place}", 7)
    spilled = spec.model_copy(update={"output": f"{spec.output}-spilled"})
    code, events = launch(spilled)
    assert code == 0, events[-1]
    assert any("prepared in files" in text for text in logs(events))
    assert weights(spilled) == resident
    told = {event.path for event in events if isinstance(event, Artifact)}
    folder = Path(spilled.output)
    kept = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert kept - told <= {"checkpoint.safetensors", "best.safetensors"}, "the spill files are gone"


def test_a_full_disk_is_told_in_a_sentence(job: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill, "SHARE", 0.0)
    monkeypatch.setattr(spill.os, "posix_fallocate", full)
    code, events = launch(job())
    assert code == 1
    assert isinstance(events[-1], Failed)
    assert "the disk has no room" in events[-1].text


def wide(rows: int) -> pa.Table:
    """Fifty fields of doubles of which each takes its full eight bytes, and a class that follows from them."""
    random = np.random.default_rng(5)
    fields = {f"f{place}": random.normal(size=rows) for place in range(50)}
    return pa.table({**fields, "worn": np.where(fields["f0"] + fields["f1"] > 0, "yes", "no")})


@pytest.mark.process
def test_a_table_larger_than_the_memory_limit(job: MakeSpec, tmp_path: Path) -> None:
    parameters = {"epochs": 1, "batch_size": 4096, "learning_rate": 0.02, "importance": False, "baselines": False}
    spec = job(
        parameters, tables={"anvil": wide(10)}, fields=None, split={"test_fraction": 0.02, "validation_fraction": 0.02}
    )
    pq.write_table(wide(1_000_000), spec.inputs[0].path, use_dictionary=False, compression="none")
    size = Path(spec.inputs[0].path).stat().st_size
    assert size > 380 * spill.MEGABYTE
    code, told = in_child(spec, tmp_path, over=350, share=1e9)
    assert (code, told.get("failure")) == (1, "memory"), "without files it does not fit"
    code, told = in_child(spec, tmp_path, over=350, share=0.5)
    assert code == 0, told
    assert told["metrics"]["accuracy"] > 0.9


@pytest.mark.process
def test_pictures_larger_than_the_memory_limit(job: MakeSpec, tmp_path: Path) -> None:
    parameters = {"epochs": 1, "batch_size": 1024, "baselines": False}
    spec = job(
        parameters, tables={"anvil": table(10, 1)}, target="shape", fields=None, recipe="image-classification",
        split={"test_fraction": 0.02, "validation_fraction": 0.02},
    )  # fmt: skip
    random = np.random.default_rng(5)
    bright = random.random(300_000) < 0.5
    columns = {f"p{n}": (random.random(300_000) * (100 + 100 * bright)).astype(np.uint8) for n in range(400)}
    pq.write_table(pa.table({**columns, "shape": np.where(bright, "I", "-")}), spec.inputs[0].path)
    code, told = in_child(spec, tmp_path, over=350, share=1e9)
    assert (code, told.get("failure")) == (1, "memory"), "without files it does not fit"
    code, told = in_child(spec, tmp_path, over=350, share=0.5)
    assert code == 0, told


@pytest.mark.process
def test_texts_larger_than_the_memory_limit(job: MakeSpec, tmp_path: Path) -> None:
    parameters = {"epochs": 1, "batch_size": 256, "baselines": False, "hidden_layers": None, "length": 30}
    spec = job(
        parameters, tables={"anvil": reviews(10, 1)}, target="mood", fields=["text"], recipe="text-classification",
        split={"test_fraction": 0.02, "validation_fraction": 0.02},
    )  # fmt: skip
    random, few = np.random.default_rng(5), reviews(1000, 1)
    texts, moods = few["text"].to_pylist(), few["mood"].to_pylist()
    with pq.ParquetWriter(spec.inputs[0].path, few.select(["text", "mood"]).schema, compression="none") as file:
        for _ in range(49):  # what lies behind the thirtieth word is not read
            long = [f"{text}{' so' * 25} {random.bytes(4000).hex()}" for text in texts]
            file.write_table(pa.table({"text": long, "mood": moods}))
    size = Path(spec.inputs[0].path).stat().st_size
    assert size > 360 * spill.MEGABYTE
    code, told = in_child(spec, tmp_path, over=350, share=1e9)
    assert (code, told.get("failure")) == (1, "memory"), "without files it does not fit"
    code, told = in_child(spec, tmp_path, over=350, share=0.5)
    assert code == 0, told
    assert told["metrics"]["accuracy"] > 0.9


def test_fields_whose_names_hold_points_are_as_large_as_others(job: MakeSpec) -> None:
    content = pa.table({"text": ["long " * 100] * 50, "mood": ["good"] * 50})
    sizes = []
    for name in ("text", "review.text"):
        spec = job(target="mood", fields=[name], tables={"anvil": content.rename_columns([name, "mood"])})
        stored = spill.stored_in(spec)
        assert stored is not None
        sizes.append(stored.size)
    assert sizes[0] == sizes[1] > 500
    nested = pa.table({"picture": [{"bytes": b"x" * 1000, "path": ""}], "mood": ["good"]})
    stored = spill.stored_in(job(target="mood", fields=["picture"], tables={"anvil": nested}))
    assert stored is not None
    assert stored.size > 1000
