"""Somebody follows `docs/guides/new-recipe.md` word by word."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.trainer.servant import ROOT
from trainer import catalogue

GUIDES = ROOT / "docs" / "guides"
FILE = re.compile(r"^## `(waves/\w+\.py)`$.*?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
JSON = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def demand(rows: int, seed: int) -> pa.Table:
    random = np.random.default_rng(seed)
    hour = random.uniform(0, 24, rows)
    load = 100 + 40 * np.sin(hour / 24 * 4 * np.pi) + random.normal(0, 3, rows)
    return pa.table({"hour": hour, "line": random.choice(["north", "south"], rows), "demand": load})


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The two files as the guide gives them, and its job on made-up data."""
    guide = (GUIDES / "new-recipe.md").read_text(encoding="utf-8")
    for path, content in FILE.findall(guide):
        place = tmp_path / "recipes" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
    (tmp_path / "spec.json").write_text(JSON.findall(guide)[0], encoding="utf-8")
    for seed, name in enumerate(("anvil", "borealis")):
        pq.write_table(demand(300, seed), tmp_path / f"{name}.parquet")
    return tmp_path


def trainer(desk: Path, *arguments: str, said: str = "") -> str:
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{desk / 'recipes'}", catalogue.ELSEWHERE: "waves"}
    argv = [sys.executable, "-m", "trainer", *arguments]
    done = subprocess.run(argv, cwd=desk, env=environment, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


def test_the_guide_s_recipe_trains_predicts_and_is_reproduced_elsewhere(desk: Path) -> None:
    trainer(desk, "run", "spec.json")
    found: dict[str, Any] = json.loads((desk / "out/evaluation.json").read_bytes())
    assert found["overall"]["metrics"]["r2"]["value"] > 0.9
    answer = json.loads(trainer(desk, "predict", "out", said='{"rows": [{"hour": 3}, {"hour": 9}]}\n'))
    high, low = (one["value"] for one in answer["predictions"])
    assert high - low > 60
    elsewhere = desk / "elsewhere"
    shutil.copytree(desk / "out/reproduce", elsewhere)
    argv = [sys.executable, "-P", str(elsewhere / "reproduce.py"), "--data", str(desk)]
    done = subprocess.run(argv, cwd=elsewhere, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_the_files_are_small_and_the_same_in_both_languages() -> None:
    english, chinese = ((GUIDES / name).read_text(encoding="utf-8") for name in ("new-recipe.md", "new-recipe.zh.md"))
    files = dict(FILE.findall(english))
    assert list(files) == ["waves/schema.py", "waves/program.py"]
    assert files == dict(FILE.findall(chinese))
    assert sum(content.count("\n") for content in files.values()) < 120
    assert "torch" not in files["waves/schema.py"]


def test_recipes_here_come_first_and_others_where_the_environment_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [f"trainer.recipes.{name}" for name in catalogue.FIRST]
    monkeypatch.delenv(catalogue.ELSEWHERE, raising=False)
    assert catalogue.packages() == here
    monkeypatch.setenv(catalogue.ELSEWHERE, "waves, acme.recipes.tides,")
    assert catalogue.packages() == [*here, "waves", "acme.recipes.tides"]
