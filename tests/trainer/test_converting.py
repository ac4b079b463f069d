"""Base models that make one text of another: imported, tuned, judged, resumed, asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from tests.trainer.bases import base
from tests.trainer.conftest import MakeSpec, launch, reviews
from tests.trainer.test_hostile import evaluation
from tests.trainer.test_kinds_of_bases import tuned
from trainer.catalogue import recipe
from trainer.contract import Started
from trainer.importing import import_base
from trainer.predict import Predictor
from trainer.recipes.fine_tune.converted import converted
from trainer.recipes.fine_tune.converting import Converting
from trainer.recipes.fine_tune.opening import writing
from trainer.recipes.fine_tune.program import open_model
from trainer.recipes.fine_tune.schema import Parameters
from trainer.recipes.fine_tune.size import shape_of
from trainer.recipes.fine_tune.tuned import TunedNetwork
from trainer.sizes import Data, estimate_of

KINDS = ["T5ForConditionalGeneration", "BartForConditionalGeneration"]
SCALED = ["PegasusForConditionalGeneration", "MarianMTModel"]  # a deep encoder, a shallow decoder
ASKED = {"target": "answer", "fields": ["text"]}


def imported(kind: str, folder: Path) -> str:
    """As the registry takes it in."""
    assert import_base(Path(base(kind, folder / "published")), folder / "base") == {"task": "language"}
    return str(folder / "base")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_imported_answers_as_the_library_has_it(tmp_path: Path, kind: str) -> None:
    folder = imported(kind, tmp_path)
    model = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "published").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = tokenizer("The machine was bright", return_tensors="pt")
    (written,) = model.generate(**asked, max_new_tokens=5, do_sample=False)
    (said,) = Predictor(folder).predict([{"text": "The machine was bright", "length": 5}])
    assert said["text"] == tokenizer.decode(written, skip_special_tokens=True).strip()


@pytest.mark.parametrize("method", ["lora", "qlora", "last", "full"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_published_model_is_the_one_that_was_judged(job: MakeSpec, tmp_path: Path, kind: str, method: str) -> None:
    folder = imported(kind, tmp_path)
    spec = tuned(job, folder, {"method": method, "written_samples": 3}, **ASKED)
    code, events = launch(spec)
    assert code == 0, events[-1]
    judged = evaluation(spec)
    assert judged["task"] == "language"
    assert judged["written"]["rows"] == 3
    assert {"bleu", "chrf"} <= set(judged["written"])
    again = tuned(
        job, spec.output, {"method": "full", "learning_rate": 1e-12, "written_samples": 0},
        output=str(tmp_path / "again"), **ASKED,
    )  # fmt: skip
    assert launch(again)[0] == 0
    found, before = (one["overall"]["metrics"]["perplexity"]["value"] for one in (evaluation(again), judged))
    assert found == pytest.approx(before, rel=1e-5)


def test_answers_are_learnt(job: MakeSpec, tmp_path: Path) -> None:
    table = reviews(60, 1)
    words = [{"good": "swift machine", "bad": "slow machine"}[mood] for mood in table["mood"].to_pylist()]
    spec = tuned(
        job, imported(KINDS[1], tmp_path), {"method": "full", "epochs": 60, "batch_size": 8, "learning_rate": 0.003},
        tables={"anvil": table.set_column(2, "answer", [pa.array(words)])}, **ASKED,
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert evaluation(spec)["overall"]["metrics"]["bits_per_byte"]["value"] < 0.1
    asked = [{"text": f"The {one} machine was {two}"} for one, two in (("bright", "kind"), ("dull", "cruel"))]
    found = Predictor(spec.output).predict(asked, explain=True)
    assert [one["text"] for one in found] == ["swift machine", "slow machine"]
    for question, one in zip(asked, found, strict=True):
        words = one["reasons"]["tokens"]
        assert " ".join(word["text"] for word in words) == question["text"]
        assert abs(words[1]["weight"]) + abs(words[4]["weight"]) > abs(words[3]["weight"])  # "machine" is answered, too


@pytest.mark.parametrize("kind", [*KINDS, *SCALED])
def test_the_words_of_a_text_weigh_together_what_the_text_does(tmp_path: Path, kind: str) -> None:
    """Whoever asks why is told of the very model that answered, also where its vectors are scaled on their way in."""
    model = open_model(Path(imported(kind, tmp_path)), {"is_encoder_decoder": True, "task": "language"}, {"fields": []})
    assert isinstance(model, Converting)
    row, written = {"text": "The calm machine was swift and bright"}, [9, 12, 7]
    told = model.weighed(row, written)
    assert told is not None
    read = torch.tensor(model._read(row).input_ids)
    nothing = torch.where(read > 3, 0, read)
    begun = torch.tensor([[model._start, *written[:-1]]])

    def likely(text: torch.Tensor) -> float:
        logits = model._model(input_ids=text[None], decoder_input_ids=begun).logits[0]
        return float(logits.log_softmax(1)[torch.arange(3), torch.tensor(written)].mean())

    apart = likely(read) - likely(nothing)
    assert abs(apart) > 1e-5
    assert sum(word["weight"] for word in told["tokens"]) == pytest.approx(apart, rel=0.02)


@pytest.mark.parametrize(("kind", "last"), [(KINDS[0], 2), (SCALED[0], 2), (SCALED[1], 1), (SCALED[1], 9)])
def test_the_last_layers_are_those_that_write_and_then_those_that_read(tmp_path: Path, kind: str, last: int) -> None:
    """Who lets two layers of a deep reader with one writing layer learn has that one and the reader's last."""
    folder = Path(imported(kind, tmp_path))
    p = Parameters.model_validate({"method": "last", "last_layers": last})
    module = TunedNetwork(writing(folder), p, converted, device=torch.device("cpu")).module
    numbered = re.compile(r"(encoder|decoder)\.(?:layers|block)\.(\d+)\.")
    blocks = [(found[1], found[2], w) for name, w in module.named_parameters() if (found := numbered.search(name))]
    learning = {(part, place) for part, place, weight in blocks if weight.requires_grad}
    reads, writes = (2, 2) if kind in KINDS else (3, 1)
    order = [*(("encoder", str(n)) for n in range(reads)), *(("decoder", str(n)) for n in range(writes))]
    assert learning == set(order[-last:])
    counts = [[weight.numel() for *_, weight in blocks if weight.requires_grad or whole] for whole in (False, True)]
    shape = shape_of(json.loads((folder / "config.json").read_bytes()))
    assert shape.share_of_last(last) == pytest.approx(sum(counts[0]) / sum(counts[1]), rel=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_what_learns_is_counted(job: MakeSpec, tmp_path: Path, kind: str) -> None:
    folder, known = imported(kind, tmp_path), recipe("fine-tune")
    weights = sum(value.numel() for value in load_file(Path(folder, "model.safetensors")).values())
    shape = {"config": json.loads(Path(folder, "config.json").read_bytes()), "weights": weights}
    for method in ("lora", "full"):
        code, events = launch(tuned(job, folder, {"method": method, "written_samples": 0}, **ASKED))
        assert code == 0, events[-1]
        told = next(event.parameters_count for event in events if isinstance(event, Started))
        found = estimate_of(known, known.check({"method": method}), Data(rows=100, size=5000, base=shape))
        assert found is not None
        assert found.parameters == pytest.approx(told, rel=0.001)  # of some, fixed numbers lie among the weights
