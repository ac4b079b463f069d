"""What several processes find of a model is what one finds: every number of `evaluation.json`. Real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, pictures, reviews, table
from tests.trainer.ranked import server, train
from tests.trainer.servant import Servant
from tests.trainer.test_sharding import SMALL
from trainer.contract import JobSpec

__all__ = ["server"]  # a fixture
pytestmark = pytest.mark.process

# so many rows are held out that the processes share them out, and each leaves some to the other
TABLES = {"anvil": table(500, 1), "borealis": table(301, 2)}
PARTS = {
    "classes": {"importance", "importance_by_organization", "robustness", "partial_dependence", "slices", "groups",
                "pr", "gain", "examples", "roc", "calibration"},
    "numbers": {"importance", "robustness", "partial_dependence", "interval", "residuals"},
    "others": {"told_of", "importance_by_organization", "partial_dependence", "interval"},
    "pictures": {"class_heat", "robustness", "confusion"},
    "texts in shards": {"surprise", "history"},
    "a base model in shards": {"surprise", "history"},
}  # fmt: skip
FITTED = {"epochs": 4, "batch_size": 50, "learning_rate": 0.01}


@pytest.fixture
def jobs(job: MakeSpec, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Jobs whose evaluation has these parts, by the number of processes."""

    def classes(processes: int) -> JobSpec:
        spec = job(FITTED | {"group_field": "line"}, tables=TABLES, processes=processes)
        seen = tuple(one.model_copy(update={"viewable": True}) for one in spec.inputs)
        return spec.model_copy(update={"inputs": seen})

    def numbers(processes: int) -> JobSpec:
        kinds = {"split": {"kind": "k-fold", "folds": 2, "validation_fraction": 0.2}}
        return job(FITTED | {"early_stopping": True}, tables=TABLES, target="life", processes=processes, **kinds)

    def others(processes: int) -> JobSpec:
        kinds = {"split": {"kind": "organization", "validation_fraction": 0.2}}
        return job(FITTED, tables=TABLES, target="life", processes=processes, **kinds)

    def drawn(processes: int) -> JobSpec:
        return job(
            FITTED | {"network": "cnn", "channels": [2]}, recipe="image-classification", target="shape", fields=None,
            tables={"anvil": pictures(700, 1)}, processes=processes,
        )  # fmt: skip

    def texts(processes: int) -> JobSpec:
        tables = {"anvil": reviews(300, 1), "borealis": reviews(200, 2)}
        parameters = SMALL | {"epochs": 2, "explained": True, "baselines": True}
        return job(parameters, recipe="language-model", target="text", fields=None, tables=tables, processes=processes)

    def tuned(processes: int) -> JobSpec:
        parameters = {"epochs": 1, "length": 24, "batch_size": 8, "rank": 3, "sharded": True, "written_samples": 2}
        return job(
            parameters | {"hidden_layers": None}, recipe="fine-tune", target="answer", fields=["text"],
            tables={"anvil": reviews(40, 1)}, base={"path": request.getfixturevalue("small_base")}, processes=processes,
        )  # fmt: skip

    return dict(zip(PARTS, (classes, numbers, others, drawn, texts, tuned), strict=True))


def evaluated(server: Servant, spec: JobSpec, tmp_path: Path) -> dict[str, Any]:
    spec = spec.model_copy(update={"output": str(tmp_path / str(spec.processes))})
    code, events = train(server, spec)
    assert code == 0, events[-1]
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def differences(found: Any, expected: Any, place: str = "") -> list[str]:
    """Where the two differ by more than rounding."""
    if isinstance(expected, dict) and isinstance(found, dict) and found.keys() == expected.keys():
        return [one for key in expected for one in differences(found[key], expected[key], f"{place}/{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [one for number, pair in pairs for one in differences(*pair, f"{place}/{number}")]
    same = found == (pytest.approx(expected, rel=1e-3, abs=2e-4) if isinstance(expected, float) else expected)
    return [] if same else [f"{place}: {found} instead of {expected}"]


@pytest.mark.parametrize("kind", PARTS)
def test_two_processes_find_what_one_finds(server: Servant, jobs: dict[str, Any], tmp_path: Path, kind: str) -> None:
    one, two = (evaluated(server, jobs[kind](count), tmp_path) for count in (1, 2))
    assert PARTS[kind] <= two.keys()
    assert differences(two, one) == []
