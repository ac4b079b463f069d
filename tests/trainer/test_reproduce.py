"""Somebody who got a model and holds the data trains it again, without the hub and without its source."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_recorded_losses import RUNS
from trainer.contract import JobSpec
from trainer.rerun import Line, RerunError, compare, find, read, spec_for, told, train
from trainer.source import needed, packed, pinned, source_of


def texts(job: MakeSpec, tmp_path: Path) -> JobSpec:
    return job(
        {"epochs": 3, "hidden_layers": None, "vector_size": 8, "rare_below": 1}, recipe="text-classification",
        target="mood", fields=["text"], tables={"anvil": reviews(60, 1), "borealis": reviews(50, 2)},
        output=str(tmp_path / "out"),
    )  # fmt: skip


def published(spec: JobSpec, tmp_path: Path) -> tuple[Path, Path]:
    """The job's `reproduce` folder somewhere else, and a folder with the data under other names."""
    code, events = launch(spec)
    assert code == 0, events[-1]
    got, data = tmp_path / "elsewhere" / "got", tmp_path / "elsewhere" / "data" / "mine"
    shutil.copytree(Path(spec.output, "reproduce"), got)
    data.mkdir(parents=True)
    for place, item in enumerate(reversed(spec.inputs)):
        shutil.move(item.path, data / f"downloaded-{place}.parquet")
    return got, data.parent


def again(got: Path, data: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """`python reproduce.py` in a process that knows nothing of this repository."""
    argv = [sys.executable, "-P", str(got / "reproduce.py"), "--data", str(data), *more]
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        argv, cwd=data, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("recipe", ["tabular", "text-classification", "image-generation"])
def test_a_stranger_with_the_data_comes_to_the_same_metrics(job: MakeSpec, tmp_path: Path, recipe: str) -> None:
    """Also where another network judges."""
    makes = {"tabular": job, "text-classification": lambda: texts(job, tmp_path)}
    spec = makes.get(recipe, lambda: job(**RUNS[recipe]))()
    got, data = published(spec, tmp_path)
    done = again(got, data, "--output", str(tmp_path / "again"))
    assert done.returncode == 0, done.stderr
    assert "The same metrics" in done.stdout
    before, after = Path(spec.output), tmp_path / "again"
    assert (after / "model.safetensors").read_bytes() == (before / "model.safetensors").read_bytes()
    assert (after / "reproduce/trainer.zip").read_bytes() == (got / "trainer.zip").read_bytes()


def test_a_stranger_is_told_when_metrics_differ(job: MakeSpec, tmp_path: Path) -> None:
    got, data = published(job(), tmp_path)
    record = json.loads((got / "spec.json").read_text())
    record["metrics"][""]["accuracy"] += 0.01
    (got / "spec.json").write_text(json.dumps(record))
    done = again(got, data)
    assert done.returncode == 1
    assert "Not the same metrics" in done.stdout
    assert done.stdout.count("≠") == 1


def test_a_stranger_without_the_data_of_one_is_told_whose_is_missing(job: MakeSpec, tmp_path: Path) -> None:
    got, data = published(job(), tmp_path)
    changed = next(data.rglob("downloaded-0.parquet"))
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    done = again(got, data)
    assert done.returncode == 2
    assert "The data of Borealis Motors with SHA-256" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_tells_of_datasets_places_or_fields_that_were_not_used(job: MakeSpec, tmp_path: Path) -> None:
    spec = job()
    inputs = [item.model_copy(update={"dataset": "anvil/only-for-borealis v3"}) for item in spec.inputs]
    spec = spec.model_copy(update={"inputs": tuple(inputs), "masked": ("heat", "never-used")})
    got, _ = published(spec, tmp_path)
    for path in got.glob("*.*"):
        if path.name != "trainer.zip":
            text = path.read_text()
            assert "only-for-borealis" not in text
            assert "never-used" not in text
            assert str(tmp_path) not in text
    record = json.loads((got / "spec.json").read_text())
    assert record["job"]["masked"] == ["heat"]
    assert [item["organization"] for item in record["inputs"]] == ["anvil", "borealis"]


def test_a_stranger_runs_the_notebook(job: MakeSpec, tmp_path: Path) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    got, data = published(job(), tmp_path)
    notebook = nbformat.read(got / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import os; os.environ['DATA'] = {str(data)!r}"))
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(got)}}, timeout=300).execute()
    last = notebook.cells[-1]
    assert last.outputs[-1]["data"]["text/plain"] == "True"
    assert "roc_auc" in last.outputs[0]["text"]
    layers = next(cell for cell in notebook.cells if "parameters_count" in cell.source)
    assert "linear" in layers.outputs[0]["text"]


def test_a_tuned_model_needs_the_base_model_that_it_had(job: MakeSpec, small_base: str, tmp_path: Path) -> None:
    base = Path(small_base)
    spec = job(
        {"epochs": 1, "hidden_layers": None, "length": 16}, recipe="fine-tune", target="answer", fields=["text"],
        tables={"anvil": reviews(40, 1)}, base={"path": small_base, "label": "anvil/secret"},
        output=str(tmp_path / "tuned"),
    )  # fmt: skip
    got, data = published(spec, tmp_path)
    record = read(got)
    assert "secret" not in (got / "spec.json").read_text()
    files = find(record, data)
    with pytest.raises(RerunError, match="--base"):
        spec_for(record, files, tmp_path / "again")
    evaluation = train(spec_for(record, files, tmp_path / "again", small_base), lambda _: None)
    assert all(line.equal for line in compare(record["metrics"], evaluation))
    (base / "config.json").write_text("{}")
    with pytest.raises(RerunError, match="1 of its files are others"):
        spec_for(record, files, tmp_path / "again", small_base)


def test_equal_source_is_an_equal_archive() -> None:
    source = source_of("trainer")
    assert packed(source) == packed(dict(reversed(source.items())))
    assert "trainer/recipes/tabular/program.py" in source
    assert not any("__pycache__" in path for path in source)


def test_the_environment_names_what_the_recipe_needs_and_no_more() -> None:
    source = source_of("trainer")
    table = needed(source, ["trainer.rerun", "trainer.recipes.tabular.program"])
    tuned = needed(source, ["trainer.rerun", "trainer.recipes.fine_tune.program"])
    assert {"numpy", "pyarrow", "pydantic", "safetensors", "torch"} <= set(table)
    assert not {"peft", "transformers", "trainer"} & set(table)
    assert {"peft", "transformers"} <= set(tuned)
    lines = pinned(["PIL", "torch"]).splitlines()
    assert lines[1].startswith("pillow==")
    assert "+" not in lines[2]


def test_metrics_are_told_side_by_side() -> None:
    lines = [Line("", "f1", 0.5, 0.5 + 1e-8), Line("anvil", "r2", None, None), Line("anvil", "f1", 0.5, 0.6)]
    assert [line.equal for line in lines] == [True, True, False]
    assert told(lines).splitlines()[3].split() == ["anvil", "f1", "0.5", "0.6", "≠"]
