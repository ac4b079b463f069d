"""Jobs on base models that make one text of another: stopped, run anew elsewhere, and on data that is none for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.trainer.bases import PLACES
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_converting import ASKED, KINDS, imported
from tests.trainer.test_hostile import failed, logs
from tests.trainer.test_kinds_of_bases import tuned
from tests.trainer.test_reproduce import published
from tests.trainer.test_resume import hashes, interrupted
from trainer import catalogue
from trainer.distributed import ALONE
from trainer.loop import open_job
from trainer.predict import Predictor
from trainer.recipes.fine_tune.base import tokenizer_in
from trainer.recipes.fine_tune.pairs import start_of
from trainer.rerun import compare, find, read, spec_for, train


@pytest.mark.parametrize("method", ["lora", "full"])
def test_an_interrupted_job_ends_as_an_uninterrupted_one(job: MakeSpec, tmp_path: Path, method: str) -> None:
    values: dict[str, Any] = {"hidden_layers": None, "epochs": 2, "length": 16, "method": method, "written_samples": 0}
    changes: dict[str, Any] = {"recipe": "fine-tune", "base": {"path": imported(KINDS[0], tmp_path)}, **ASKED}
    changes |= {"tables": {"anvil": reviews(60, 1), "borealis": reviews(30, 2)}}
    code, events = launch(job(values, **changes))
    assert code == 0, events[-1]
    assert interrupted(job, [3, 4], values, **changes) == hashes(events)


def test_it_is_reproduced_without_the_hub(job: MakeSpec, tmp_path: Path) -> None:
    folder = imported(KINDS[1], tmp_path)
    got, data = published(tuned(job, folder, **ASKED), tmp_path)
    record = read(got)
    found = train(spec_for(record, find(record, data), tmp_path / "again", folder), lambda _: None)
    assert all(line.equal for line in compare(record["metrics"], found))


def test_what_it_cannot_convert_is_told(job: MakeSpec, tmp_path: Path) -> None:
    folder, table = imported(KINDS[0], tmp_path), reviews(60, 1)
    alone = {"target": "text", "fields": None, "tables": {"anvil": table.select(["text"])}}
    failed(launch(tuned(job, folder, **alone))[1], "data", "no field is chosen from which it could")
    empty = table.set_column(2, "answer", [pa.array([""] * 60)])
    failed(launch(tuned(job, folder, tables={"anvil": empty}, **ASKED))[1], "data", "has both texts")
    half = table.set_column(2, "answer", [pa.array(["We like it.", ""] * 30)])
    code, events = launch(tuned(job, folder, tables={"anvil": half}, **ASKED))
    assert code == 0, events[-1]
    assert "30 rows of Anvil Steel are left out: one of the two texts is missing." in logs(events)


def test_a_text_that_stands_there_twice_is_never_on_both_sides(job: MakeSpec, tmp_path: Path) -> None:
    texts = [f"The machine number {row % 20} was calm" for row in range(60)]
    table = reviews(60, 1).set_column(0, "text", [texts])
    opened = open_job(catalogue.checked(tuned(job, imported(KINDS[0], tmp_path), tables={"anvil": table}, **ASKED)),
                      lambda _: None, ALONE)  # fmt: skip
    fit = opened.fits[0]
    learnt, judged = ({texts[row] for row in rows.tolist()} for rows in (fit.train, fit.test))
    assert judged
    assert not learnt & judged


def test_longer_texts_than_it_can_place_are_cut(job: MakeSpec, tmp_path: Path) -> None:
    long = reviews(60, 1).set_column(0, "text", [[f"{row} " + "the machine was calm " * 50 for row in range(60)]])
    spec = tuned(job, imported(KINDS[1], tmp_path), {"length": 500}, tables={"anvil": long}, **ASKED)
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert f"The base model reads at most {PLACES} tokens at a time." in logs(events)
    assert isinstance(Predictor(spec.output).predict([{"text": "calm " * 900, "length": 500}])[0]["text"], str)


@pytest.mark.parametrize("silent", [("generation_config.json",), ("generation_config.json", "config.json")])
def test_with_what_an_answer_begins_stands_in_either_file(tmp_path: Path, silent: tuple[str, ...]) -> None:
    """BART begins with the token that ends a text, which only its older file may say."""
    folder = Path(imported(KINDS[1], tmp_path))
    tokenizer = tokenizer_in(folder)
    assert start_of(folder, tokenizer) == 3
    for name in silent:
        told = json.loads((folder / name).read_bytes())
        told["decoder_start_token_id"] = None
        (folder / name).write_text(json.dumps(told))
    expected = 3 if len(silent) == 1 else tokenizer.pad_token_id
    assert start_of(folder, tokenizer) == expected
    (folder / "generation_config.json").unlink()
    assert start_of(folder, tokenizer) == expected
