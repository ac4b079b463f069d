"""Small made-up tables and pictures, and jobs on them that take milliseconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.contract import JobSpec, Payload
from trainer.main import run

ORGANIZATIONS = {"anvil": "Anvil Steel", "borealis": "Borealis Motors"}


class StopAfter(threading.Event):
    """Asks the training to stop when it has looked so many times; it looks once after every step."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def table(rows: int, seed: int) -> pa.Table:
    """Numbers with gaps, categories with a rare one, a class and a quantity that depend on them."""
    random = np.random.default_rng(seed)
    heat, load = random.normal(50, 10, rows), random.normal(0, 1, rows)
    line = random.choice(["north", "south", "west"], rows)
    worn = (heat - 50) / 10 + 1.5 * (line == "west") + 0.3 * random.normal(size=rows) > 0.4
    life = 100 - heat + 5 * load + random.normal(size=rows)
    heat[random.random(rows) < 0.1] = np.nan
    lines = pa.array(line, mask=random.random(rows) < 0.05)
    return pa.table({
        "heat": pa.array(heat, from_pandas=True), "load": load, "line": lines,
        "worn": np.where(worn, "yes", "no"), "life": life,
    })  # fmt: skip


def write(folder: Path, tables: dict[str, pa.Table]) -> list[dict[str, str]]:
    inputs = []
    for slug, content in tables.items():
        path = folder / f"{slug}.parquet"
        pq.write_table(content, path)
        inputs.append({"organization": slug, "organization_name": ORGANIZATIONS.get(slug, slug), "path": str(path)})
    return inputs


MakeSpec = Callable[..., JobSpec]


@pytest.fixture
def tables() -> dict[str, pa.Table]:
    return {"anvil": table(80, 1), "borealis": table(60, 2)}


@pytest.fixture
def job(tmp_path: Path, tables: dict[str, pa.Table]) -> MakeSpec:
    """A specification on the two organizations' tables; keywords change it."""

    def make(parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
        content = changes.pop("tables", tables)
        small = {"epochs": 3, "hidden_layers": [8], "bootstrap_samples": 100}
        values: dict[str, Any] = {
            "job": "1",
            "recipe": "tabular",
            "inputs": write(tmp_path, content),
            "target": "worn",
            "fields": ["heat", "load", "line"],
            "threads": 1,
            "output": str(tmp_path / "out"),
            "parameters": {k: v for k, v in (small | (parameters or {})).items() if v is not None},
        }
        return JobSpec.model_validate(values | changes)

    return make


def launch(spec: JobSpec, stop: threading.Event | None = None) -> tuple[int, list[Payload]]:
    events: list[Payload] = []
    return run(spec, events.append, stop or threading.Event()), events


def pictures(rows: int, seed: int, side: int = 8) -> pa.Table:
    """Pictures with a bright bar, upright ("I") or lying ("-")."""
    random = np.random.default_rng(seed)
    upright = random.random(rows) < 0.5
    pixels = random.integers(0, 60, (rows, side, side))
    for row in range(rows):
        place = random.integers(1, side - 1)
        pixels[row, :, place] = np.where(upright[row], 250, pixels[row, :, place])
        pixels[row, place, :] = np.where(upright[row], pixels[row, place, :], 250)
    flat = pixels.reshape(rows, -1).astype(np.uint8)
    columns = {f"p{place}": np.ascontiguousarray(flat[:, place]) for place in range(side * side)}
    return pa.table({**columns, "shape": np.where(upright, "I", "-")})


GOOD = ["bright", "swift", "kind", "calm", "明亮", "快"]
BAD = ["dull", "slow", "cruel", "loud", "昏暗", "慢"]


def reviews(rows: int, seed: int) -> pa.Table:
    """Short texts in two languages that praise or blame, and a summary of each."""
    random = np.random.default_rng(seed)
    texts, moods, answers = [], [], []
    for _ in range(rows):
        praise = bool(random.random() < 0.5)
        words = random.choice(GOOD if praise else BAD, 3).tolist()
        texts.append(f"The {words[0]} machine was {words[1]}, 很{words[2]}!")
        moods.append("good" if praise else "bad")
        answers.append("We like it." if praise else "We do not like it.")
    return pa.table({"text": texts, "mood": moods, "answer": answers})


@pytest.fixture
def small_base(job: MakeSpec, tmp_path: Path) -> str:
    """A language model of a few weights, as a base to go on with."""
    parameters = {"epochs": 1, "width": 16, "layers": 2, "heads": 2, "context": 16, "vocabulary": 300, "batch_size": 8}
    parameters |= {"learning_rate": 0.001}
    spec = job(
        parameters | {"hidden_layers": None, "bootstrap_samples": 100}, recipe="language-model", target="text",
        fields=None, tables={"anvil": reviews(60, 1)}, output=str(tmp_path / "base"),
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    return spec.output
