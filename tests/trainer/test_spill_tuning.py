"""Texts for a base model that are larger than memory: they are tuned on as those that fit it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_hostile import evaluation, logs
from tests.trainer.test_spill import in_child, weights
from trainer.contract import JobSpec
from trainer.data import spill
from trainer.data.lines import Collecting, Encoded

CPU = torch.device("cpu")
CASES: dict[str, dict[str, Any]] = {
    "kinds": {"kind": "DistilBertModel", "target": "mood", "fields": ["text", "answer"]},
    "answers": {"kind": "OPTForCausalLM", "target": "answer", "fields": ["text"]},
    "texts": {"kind": "GPT2LMHeadModel", "target": "text", "fields": None},
    "chats": {"kind": "OPTForCausalLM", "target": "messages", "fields": None},
}


def content(rows: int, seed: int) -> pa.Table:
    """Texts of different lengths; one row has no answer, one no mood, one no chat."""
    found = reviews(rows, seed)
    texts = [f"{text} {'It was calm. ' * (row % 4)}" for row, text in enumerate(found["text"].to_pylist())]
    answers: list[str | None] = found["answer"].to_pylist()
    chats = [
        json.dumps([{"role": "user", "content": asked}, {"role": "assistant", "content": said}])
        for asked, said in zip(texts, answers, strict=True)
    ]
    answers[3] = None
    moods = [None if row == 5 else mood for row, mood in enumerate(found["mood"].to_pylist())]
    return pa.table({"text": texts, "mood": moods, "answer": answers, "messages": ["", *chats[1:]]})


def tuned(job: MakeSpec, folder: Path, name: str, parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
    wanted = dict(CASES[name])
    small = {"hidden_layers": None, "epochs": 2, "length": 32, "learning_rate": 5e-3, "written_samples": 3}
    values = {"tables": {"anvil": content(60, 1), "borealis": content(40, 2)}} | changes
    path = {"path": base(wanted.pop("kind"), folder / "base")}
    return job(small | (parameters or {}), recipe="fine-tune", base=path, **wanted, **values)


@pytest.mark.parametrize("name", CASES)
def test_texts_in_files_give_the_same_bits(
    job: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    spec = tuned(job, tmp_path, name)
    code, events = launch(spec)
    assert code == 0, events[-1]
    monkeypatch.setattr(spill, "SHARE", 0.0)
    monkeypatch.setattr("trainer.data.texts.ROWS", 7)
    spilled = spec.model_copy(update={"output": f"{spec.output}-spilled"})
    code, events = launch(spilled)
    assert code == 0, events[-1]
    assert any("prepared in files" in text for text in logs(events))
    assert weights(spilled) == weights(spec)
    assert evaluation(spilled) == evaluation(spec)


def encoded(rows: list[list[int]], learnt: list[list[bool]], *, writes: bool) -> Encoded:
    found = Collecting(None, writes=writes)
    found.add(rows[:1], learnt[:1])
    found.add(rows[1:], learnt[1:])
    return found.whole()


def test_short_rows_are_filled_up_where_nobody_looks() -> None:
    rows, learnt = [[5, 6, 7], [8], [], [9, 4]], [[False, False, True], [True], [], [False, True]]
    reads, writes = encoded(rows, learnt, writes=False), encoded(rows, learnt, writes=True)
    tokens, mask = reads.feed(1, CPU, left=False).take(torch.tensor([3, 1, 2]))
    assert mask is not None
    assert tokens.tolist() == [[9, 4], [8, 1], [1, 1]]
    assert mask.tolist() == [[True, True], [True, False], [False, False]]
    tokens, mask = reads.feed(1, CPU, left=True).take(torch.tensor([0, 1]))
    assert mask is not None
    assert tokens.tolist() == [[5, 6, 7], [1, 1, 8]]
    assert mask.tolist() == [[True] * 3, [False, False, True]]
    tokens, mask = writes.feed(1, CPU, left=False).take(torch.tensor([1, 0]))
    assert mask is not None
    assert tokens.tolist() == [[8, 1, 1], [5, 6, 7]]
    assert mask.tolist() == [[True, False, False], [False, False, True]]


def test_rows_without_a_token_are_filled_up_too() -> None:
    feed = encoded([[], []], [[], []], writes=False).feed(3, CPU, left=False)
    for rows in ([0, 1], []):
        tokens, mask = feed.take(torch.tensor(rows, dtype=torch.int64))
        assert mask is not None
        assert tokens.tolist() == [[3]] * len(rows)
        assert not mask.any()


LARGE = {"epochs": 1, "batch_size": 512, "baselines": False, "length": 12, "method": "full", "bootstrap_samples": 100}


@pytest.mark.process
@pytest.mark.parametrize("name", ["kinds", "answers", "chats"])
def test_texts_larger_than_the_memory_limit(job: MakeSpec, tmp_path: Path, name: str) -> None:
    """What lies behind the twelfth token is not read, but has to be cut into tokens."""
    split = {"test_fraction": 0.02, "validation_fraction": 0.02}
    spec = tuned(job, tmp_path, name, LARGE | {"written_samples": 2}, tables={"anvil": content(10, 1)}, split=split)
    random, few = np.random.default_rng(5), content(1000, 1).slice(6)
    texts, answers = few["text"].to_pylist(), few["answer"].to_pylist()
    schema = few.schema if name == "chats" else few.drop_columns(["messages"]).schema
    with pq.ParquetWriter(spec.inputs[0].path, schema, compression="none") as file:
        for _ in range(40):
            long = [f"{text} {random.bytes(4000).hex()}" for text in texts]
            own = {"text": long, "mood": few["mood"], "answer": few["answer"]}
            if name == "chats":
                own["text"] = texts
                own["messages"] = [
                    json.dumps([{"role": "user", "content": asked}, {"role": "assistant", "content": said}])
                    for asked, said in zip(long, answers, strict=True)
                ]
            file.write_table(pa.table(own, schema))
    assert Path(spec.inputs[0].path).stat().st_size > 300 * spill.MEGABYTE
    code, told = in_child(spec, tmp_path, over=290, share=1e9)
    assert (code, told.get("failure")) == (1, "memory"), "without files it does not fit"
    code, told = in_child(spec, tmp_path, over=290, share=0.5)
    assert code == 0, told
    if name == "kinds":
        assert told["metrics"]["accuracy"] > 0.9
    else:
        assert told["metrics"]["token_accuracy"] > 0.4
