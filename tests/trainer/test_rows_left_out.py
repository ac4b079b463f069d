"""Rows that a recipe leaves out do not move the others into another group or another time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec
from tests.trainer.photos import slopes, things
from tests.trainer.test_retrieval import questions
from tests.trainer.test_translation import phrases
from trainer.catalogue import recipe
from trainer.plan import plan
from trainer.recipes.program import program_of

ROWS = 60
MISSING = [place for place in range(ROWS) if place % 7 in (0, 1)]  # whose input is not there
STAYED = np.setdiff1d(np.arange(ROWS), MISSING)


def molecules() -> pa.Table:
    return pa.table({"smiles": ["C" * (1 + place % 40) + "O" for place in range(ROWS)], "solubility": np.arange(60.0)})


CASES: dict[str, tuple[Any, str, str]] = {  # a table, the field of the input, and the target
    "retrieval-qa": (lambda: questions(ROWS, 1), "asked", "passage"),
    "object-detection": (lambda: things(ROWS, 1), "image", "boxes"),
    "image-denoising": (lambda: slopes(ROWS, 1), "image", "image"),
    "molecule": (molecules, "smiles", "solubility"),
    "sequence-to-sequence": (lambda: phrases(ROWS, 1), "en", "zh"),
}


def with_gaps(content: pa.Table, field: str) -> pa.Table:
    """The input is missing in some rows; beside it stand groups and moments."""
    values = [None if place in MISSING else value for place, value in enumerate(content[field].to_pylist())]
    content = content.set_column(content.column_names.index(field), field, pa.array(values, content[field].type))
    content = content.append_column("batch", pa.array([f"B{place % 5}" for place in range(ROWS)]))
    return content.append_column("day", pa.array(list(range(ROWS))[::-1]))


@pytest.mark.parametrize("by", ["batch", "day"])
@pytest.mark.parametrize("name", CASES)
def test_the_others_keep_their_group_and_their_time(job: MakeSpec, tmp_path: Path, name: str, by: str) -> None:
    made, field, target = CASES[name]
    split = {"kind": "group", "group": by} if by == "batch" else {"kind": "time", "time": by}
    changes: dict[str, Any] = {"split": split | {"test_fraction": 0.4, "validation_fraction": 0.2}}
    if name == "retrieval-qa":
        changes["base"] = {"path": base("DistilBertModel", tmp_path / "base")}
    changes |= {"target": target, "fields": None if field == target else [field]}
    spec = job({"hidden_layers": None}, recipe=name, tables={"anvil": with_gaps(made(), field)}, **changes)
    parameters = recipe(name).check(spec.parameters)
    source = program_of(name).read(spec, parameters, lambda _: None)
    assert len(source.owner) == len(STAYED)
    part = plan(source, spec, parameters)[0]
    told = [set((STAYED % 5)[rows].tolist()) for rows in (part.train, part.validation, part.test)]
    days = [(59 - STAYED)[rows] for rows in (part.train, part.validation, part.test)]
    assert all(map(len, days))
    if by == "batch":
        assert len(set.union(*told)) == sum(map(len, told)) == 5
    else:
        assert days[0].max() < days[1].min() <= days[1].max() < days[2].min()
