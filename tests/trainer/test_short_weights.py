"""Additions beside a base model that is held in four bits: what those hold, and that what is published was judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_hostile import evaluation
from tests.trainer.test_kinds_of_bases import tuned
from trainer import catalogue
from trainer.contract import Started
from trainer.distributed import ALONE
from trainer.loop import open_job
from trainer.predict import Predictor
from trainer.sizes import Data, estimate_of


@pytest.mark.parametrize("kind", ["DistilBertModel", "OPTForCausalLM", "GPT2LMHeadModel"])
def test_the_published_model_is_the_one_that_was_judged(job: MakeSpec, tmp_path: Path, kind: str) -> None:
    tells = kind == "DistilBertModel"
    changes: dict[str, Any] = {} if tells else {"target": "answer"}
    spec = tuned(job, base(kind, tmp_path / "base"), {"method": "qlora", "written_samples": 0}, **changes)
    code, events = launch(spec)
    assert code == 0, events[-1]
    opened = open_job(catalogue.checked(spec), lambda _: None, ALONE)
    rows, source = opened.fits[0].test, opened.source
    judged = evaluation(spec)["overall"]["metrics"]
    if tells:
        said = Predictor(spec.output).predict([source.shown(row) for row in rows.tolist()])  # type: ignore[attr-defined]
        labels = [source.target.labels[int(source.target.values[row])] for row in rows]
        found = -np.mean([np.log(one["probabilities"][label]) for one, label in zip(said, labels, strict=True)])
        assert found == pytest.approx(judged["log_loss"]["value"], abs=1e-6)
        return
    again = tuned(
        job, spec.output, {"method": "full", "learning_rate": 1e-12, "written_samples": 0}, target="answer",
        output=str(tmp_path / "again"),
    )  # fmt: skip
    assert launch(again)[0] == 0
    assert evaluation(again)["overall"]["metrics"]["perplexity"]["value"] == pytest.approx(
        judged["perplexity"]["value"], rel=1e-5
    )


def test_only_additions_learn_and_stay_exact(job: MakeSpec, tmp_path: Path) -> None:
    """As many as without four bits; what no addition is made to is published as it came."""
    folder = base("DistilBertModel", tmp_path / "base")
    counts = []
    for method in ("lora", "qlora"):
        code, events = launch(tuned(job, folder, {"method": method}))
        assert code == 0, events[-1]
        counts.append(next(event.parameters_count for event in events if isinstance(event, Started)))
    assert counts[0] == counts[1]
    before, after = load_file(Path(folder, "model.safetensors")), load_file(tmp_path / "out" / "model.safetensors")
    own = {name.removeprefix("distilbert."): value for name, value in after.items()}
    assert set(before) <= set(own)
    assert own["embeddings.word_embeddings.weight"].equal(before["embeddings.word_embeddings.weight"])
    assert not own["transformer.layer.0.attention.q_lin.weight"].equal(
        before["transformer.layer.0.attention.q_lin.weight"]
    )
    config = json.loads(Path(tmp_path, "out", "config.json").read_bytes())
    assert config["parameters"]["method"] == "qlora"
    assert "quantization_config" not in config


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_an_interrupted_job_ends_as_an_uninterrupted_one(job: MakeSpec, tmp_path: Path, method: str) -> None:
    """The base model leaves neurons out of its own accord, from the first step on."""
    folder, values = base("OPTForCausalLM", tmp_path / "base"), {"method": method, "dropout": 0.1, "epochs": 2}
    whole = tuned(job, folder, values, target="answer", output=str(tmp_path / "whole"))
    assert launch(whole)[0] == 0
    halves = tuned(job, folder, values, target="answer", output=str(tmp_path / "halves"))
    code, events = launch(halves, StopAfter(7))
    assert code != 0, events[-1]
    kept = str(tmp_path / "halves" / "checkpoint.safetensors")
    code, events = launch(halves.model_copy(update={"resume_from": kept}))
    assert code == 0, events[-1]
    ends = [load_file(Path(one.output, "model.safetensors")) for one in (whole, halves)]
    assert all(value.equal(ends[1][name]) for name, value in ends[0].items())


def test_the_estimate_knows_that_four_bits_are_less() -> None:
    known = catalogue.recipe("fine-tune")
    shape = {
        "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 11008,
        "vocab_size": 32000, "architectures": ["LlamaForCausalLM"],
    }  # fmt: skip
    data = Data(rows=100_000, size=40_000_000, base={"config": shape, "weights": 6_738_415_616}, held_out=1000)
    told = {
        method: estimate_of(known, known.check({"method": method, "batch_size": 512, "length": 512}), data)
        for method in ("lora", "qlora")
    }
    lora, qlora = told["lora"], told["qlora"]
    assert lora is not None
    assert qlora is not None
    assert lora.parameters == qlora.parameters
    saved = (4 - 4.5 / 8) * 32 * (4 * 4096**2 + 3 * 4096 * 11008)
    assert lora.memory - qlora.memory == pytest.approx(saved, rel=0.01)
