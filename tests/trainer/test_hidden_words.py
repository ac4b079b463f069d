"""A base model that reads gets to know a field by guessing hidden words: what it learns, is judged by and answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoTokenizer

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_hostile import evaluation, logs
from tests.trainer.test_kinds_of_bases import tuned
from trainer import catalogue
from trainer.contract import JobSpec, Started
from trainer.distributed import ALONE
from trainer.importing import import_base
from trainer.loop import open_job
from trainer.predict import Predictor
from trainer.sizes import Data, estimate_of

KINDS = ["DistilBertModel", "BertForMaskedLM", "DebertaV2Model"]
TABLES = {"anvil": reviews(60, 1), "borealis": reviews(30, 2)}
HEADLESS = "The base model brings no head that guesses words"


def imported(kind: str, folder: Path) -> str:
    """As the registry takes it in."""
    assert import_base(Path(base(kind, folder / "published", gap=True)), folder / "base") == {"task": "classification"}
    return str(folder / "base")


def spec_of(job: MakeSpec, folder: str, parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
    small = {"hidden_layers": None, "epochs": 1, "length": 32, "learning_rate": 5e-3}
    values = {"target": "text", "fields": None, "tables": TABLES, "base": {"path": folder}} | changes
    return job(small | (parameters or {}), recipe="masked-language-model", **values)


@pytest.mark.parametrize("method", ["lora", "qlora", "last", "full"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_published_model_is_the_one_that_was_judged(job: MakeSpec, tmp_path: Path, kind: str, method: str) -> None:
    """Its guesses in another program's hands give the perplexity and the share of words that were told."""
    spec = spec_of(job, imported(kind, tmp_path), {"method": method})
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert any(line.startswith(HEADLESS) for line in logs(events)) == (kind != "BertForMaskedLM")
    opened = open_job(catalogue.checked(spec), lambda _: None, ALONE)
    shown, wanted = opened.source.prepare(opened.fits[0].train).feed(torch.device("cpu")).take(
        torch.from_numpy(opened.fits[0].test)
    )  # fmt: skip
    assert wanted is not None
    model = AutoModelForMaskedLM.from_pretrained(spec.output).eval()
    with torch.no_grad():
        logits = model(shown.long().clamp(min=0), attention_mask=(shown >= 0).long()).logits
    own = wanted >= 0
    lost = torch.nn.functional.cross_entropy(logits[own], wanted[own].long())
    metrics = evaluation(spec)["overall"]["metrics"]
    assert float(lost.exp()) == pytest.approx(metrics["perplexity"]["value"], rel=1e-4)
    right = (logits[own].argmax(1) == wanted[own]).float().mean()
    assert float(right) == pytest.approx(metrics["token_accuracy"]["value"], abs=1e-6)


def test_words_are_learnt_and_guessed(job: MakeSpec, tmp_path: Path) -> None:
    parameters = {"epochs": 40, "batch_size": 8, "learning_rate": 0.003, "baselines": False}
    spec = spec_of(job, imported("BertForMaskedLM", tmp_path), parameters, tables={"anvil": reviews(200, 1)})
    code, events = launch(spec)
    assert code == 0, events[-1]
    (said,) = Predictor(spec.output).predict([{"text": "The bright ___ ＿＿＿ kind"}])
    assert said["text"] == "The bright machine was kind"
    assert [one[0]["text"] for one in said["guesses"]] == ["machine", "was"]
    assert all(len(one) == 5 for one in said["guesses"])
    assert said["guesses"][0][0]["probability"] > 0.5


def test_what_was_adapted_tells_kinds_apart(job: MakeSpec, tmp_path: Path) -> None:
    """Nothing of the base model is lost on the way, though guessing has no use for its pooler."""
    folder = imported("BertForMaskedLM", tmp_path / "one")
    own = load_file(Path(folder, "model.safetensors"))
    whole = AutoModelForMaskedLM.from_pretrained(folder)
    assert set(whole.state_dict()) - set(whole.all_tied_weights_keys) == set(own)
    pooled = imported("BertModel", tmp_path / "other")
    spec = spec_of(job, pooled, output=str(tmp_path / "adapted"))
    assert launch(spec)[0] == 0
    before, after = load_file(Path(pooled, "model.safetensors")), load_file(Path(spec.output, "model.safetensors"))
    assert after["bert.pooler.dense.weight"].equal(before["pooler.dense.weight"])
    assert {f"bert.{name}" for name in before} <= set(after)
    tells = tuned(job, spec.output)
    code, events = launch(tells)
    assert code == 0, events[-1]
    assert set(Predictor(tells.output).predict([{"text": "calm"}])[0]["probabilities"]) == {"good", "bad"}


def test_what_learns_is_counted(job: MakeSpec, tmp_path: Path) -> None:
    folder, known = imported("BertForMaskedLM", tmp_path), catalogue.recipe("masked-language-model")
    weights = sum(value.numel() for value in load_file(Path(folder, "model.safetensors")).values())
    shape = {"config": json.loads(Path(folder, "config.json").read_bytes()), "weights": weights}
    for method in ("lora", "full"):
        code, events = launch(spec_of(job, folder, {"method": method}))
        assert code == 0, events[-1]
        told = next(event.parameters_count for event in events if isinstance(event, Started))
        found = estimate_of(known, known.check({"method": method}), Data(rows=100, size=5000, base=shape))
        assert found is not None
        assert found.parameters == pytest.approx(told, rel=0.15)


def test_so_many_tokens_are_hidden_always_the_same(job: MakeSpec, tmp_path: Path) -> None:
    folder = imported("DistilBertModel", tmp_path)
    found = []
    for seed in (0, 0, 1):
        spec = spec_of(job, folder, {"hidden": 0.3}, tables={"anvil": reviews(400, 1)}, seed=seed)
        rows = open_job(catalogue.checked(spec), lambda _: None, ALONE).source.rows  # type: ignore[attr-defined]
        found.append((rows.shown.tokens, rows.wanted.tokens))
    assert np.array_equal(found[0][0], found[1][0])
    assert not np.array_equal(found[0][0], found[2][0])
    shown, wanted = found[0]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    words = ~np.isin(np.where(wanted >= 0, wanted, shown), tokenizer.all_special_ids)
    assert (wanted >= 0).sum() / words.sum() == pytest.approx(0.3, abs=0.03)
    assert (shown[wanted >= 0] == tokenizer.mask_token_id).mean() == pytest.approx(0.8, abs=0.05)
