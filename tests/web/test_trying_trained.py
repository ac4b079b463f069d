"""A tiny model of each kind, trained, published and tried on its page: what the trainer says is what the page reads."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.jobs.models import TrainingJob
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from tests.factories.models import publish
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs
from tests.trainer.bases import base
from tests.trainer.conftest import launch, pictures, reviews, write
from tests.trainer.photos import slopes, things
from tests.trainer.test_denoising import SMALL as DENOISING
from tests.trainer.test_detection import SMALL as DETECTION
from tests.trainer.test_generation import SMALL as GENERATION
from tests.trainer.test_molecules import SMALL as MOLECULES
from tests.trainer.test_molecules import molecules
from tests.trainer.test_retrieval import SMALL as RETRIEVAL
from tests.trainer.test_retrieval import questions
from tests.trainer.test_timeseries import BY_DAY, sales
from tests.trainer.test_timeseries import SMALL as SERIES
from tests.web.test_trying_refused import told
from trainer.contract import JobSpec
from trainer.predict import Predictor, answer

__all__ = ["job", "ours", "theirs"]

Browse = Callable[[User | None], Client]
ASKED = {
    "object-detection": {"tables": (things(24, 1), things(16, 2)), "target": "boxes", "fields": ["image"]},
    "image-denoising": {"tables": (slopes(30, 1), slopes(20, 2)), "target": "image", "fields": None},
    "image-generation": {"tables": (pictures(48, 1, side=16), pictures(32, 2, side=16)), "target": "shape"},
    "timeseries": {"tables": (sales(90, 1), sales(80, 2)), "target": "sold", "fields": ["day", "shop"],
                   "split": BY_DAY},
    "molecule": {"tables": (molecules(60, 1), molecules(40, 2)), "target": "affinity",
                 "fields": ["structure", "sequence"]},
    "retrieval-qa": {"tables": (questions(80, 1), questions(60, 2)), "target": "passage", "fields": ["asked"]},
    "masked-language-model": {"tables": (reviews(40, 1), reviews(30, 2)), "target": "text", "fields": None},
    "language-model": {"tables": (reviews(40, 1), reviews(30, 2)), "target": "text", "fields": None},
}  # fmt: skip
SMALL = {
    "object-detection": DETECTION, "image-denoising": DENOISING, "image-generation": GENERATION, "timeseries": SERIES,
    "molecule": MOLECULES, "retrieval-qa": RETRIEVAL, "masked-language-model": {"epochs": 1, "length": 32},
    "language-model": {"epochs": 1, "width": 16, "layers": 1, "heads": 2, "vocabulary": 300, "context": 16},
}  # fmt: skip


def trained(folder: Path, recipe: str) -> dict[str, bytes]:
    """The files that a job leaves whose data every recipient may view."""
    asked = dict(ASKED[recipe])
    inputs = write(folder, dict(zip(("anvil", "borealis"), asked.pop("tables"), strict=True)))
    small = {name: value for name, value in {"bootstrap_samples": 100, **SMALL[recipe]}.items() if value is not None}
    values = {"job": "1", "recipe": recipe, "threads": 1, "output": str(folder / "out"), "parameters": small, **asked}
    if recipe in {"retrieval-qa", "masked-language-model"}:
        values["base"] = {"path": base("DistilBertModel", folder / "base", gap=recipe != "retrieval-qa")}
    spec = JobSpec.model_validate(values | {"inputs": [{**one, "viewable": True} for one in inputs]})
    code, events = launch(spec)
    assert code == 0, events[-1]
    out = Path(spec.output)
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.fixture
def tried(browse: Browse, bob: User, job: TrainingJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
          settings: Any) -> Callable[[str], Any]:  # fmt: skip
    """`tried(recipe)` trains, publishes and tells how to ask; the worker's line leads to the model's own files."""

    def exchange(version: ModelVersion, question: dict[str, Any]) -> Any:
        return json.loads(json.dumps(answer(Predictor(serving.files_of(version)), json.dumps(question))))

    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", exchange)

    def published(recipe: str) -> Callable[..., str]:
        left = trained(tmp_path, recipe)
        TrainingJob.objects.filter(pk=job.pk).update(recipe=recipe)
        job.refresh_from_db()
        version = publish(job, leave=left, found=json.loads(left["evaluation.json"]))
        address, client = version.model.get_absolute_url(), browse(bob)

        def asked(question: dict[str, Any] | str, rest: str = "") -> str:
            if isinstance(question, str):
                page = client.get(f"{address}?tab={question}")
                assert page.status_code == 200
                return page.content.decode()
            return client.post(f"{address}v{version.number}/predict/{rest}", question).content.decode()

        return asked

    return published


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("picture.png", content)


def test_things_are_found_in_a_picture_and_in_an_example(tried: Any) -> None:
    ask = tried("object-detection")
    assert "boxes that people drew" in ask("explanation")
    assert 'name="sample" value="0"' in ask("try")
    shown = ask({"sample": "0", "explain": "on"}, "file/")
    assert '<img id="sent"' in shown
    assert "data-heat-picture" in shown
    assert "cannot be read" in told(ask({"picture": file(b"no picture")}, "file/"))["picture"]


def test_noise_is_taken_out(tried: Any) -> None:
    ask = tried("image-denoising")
    assert "As it was" in ask("explanation")
    assert "Restored" in ask({"sample": "0"}, "file/")
    assert "cannot be read" in told(ask({"picture": file(b"no picture"), "noise": "10"}, "file/"))["picture"]


def test_pictures_are_drawn(tried: Any) -> None:
    ask = tried("image-generation")
    assert "Real pictures, from other real ones" in ask("explanation")
    shown = ask({"count": "3", "seed": "5", "label": "I"})
    assert shown.count("<img") == 3
    assert shown == ask({"count": "3", "seed": "5", "label": "I"})


def test_a_series_goes_on(tried: Any) -> None:
    ask = tried("timeseries")
    assert "How far off, step by step" in ask("explanation")
    assert "data-fill" in ask("try")
    assert "8 values given; the model read the latest 7." in ask({"values": "1 2 3 4 5 6 7 8"})
    assert "needs 7 values" in told(ask({"values": "1 2 3"}))["values"]


def test_a_molecule_is_drawn_with_its_value(tried: Any) -> None:
    ask = tried("molecule")
    shown = ask({"smiles": "CCO", "sequence": "MKT" * 8, "explain": "on"})
    assert "data:image/svg+xml;base64," in shown
    assert "Green atoms raised the number" in shown
    assert "is no molecule that can be read" in told(ask({"smiles": "C(C", "sequence": "MKT"}))["smiles"]
    pasted = {"text": "structure,sequence\nCC,MKT\nC(C,MKT"}
    assert told(ask(pasted, "rows/"))["text"] == "Row 2: “C(C” is no molecule that can be read."
    assert "in letters of amino acids" in told(ask({"smiles": "CC", "sequence": "7"}))["sequence"]
    assert "data-fill" in ask("try")


def test_a_question_is_answered_with_sources_or_not_at_all(tried: Any) -> None:
    ask = tried("retrieval-qa")
    assert "Found, nearest first" in ask("explanation")
    shown = ask({"text": "The calm machine was 3 !"})
    assert ("It does not know." in shown) or ("Calm" in shown and "Likeness" in shown)
    why = ask({"text": "The calm machine was 3 !", "explain": "on"})
    assert ("It does not know." in shown) or ("What of the question found" in why and "word is-for is-4" in why)


def test_hidden_words_are_guessed_and_the_model_is_a_base_that_tells_kinds_apart(tried: Any) -> None:
    ask = tried("masked-language-model")
    assert "Write ___ in place of each word" in ask("try")
    assert re.search(r"data-fill=\"{&quot;text&quot;: &quot;[^&]*___[^&]*&quot;}\"", ask("try"))
    assert "How hard the texts were to foresee" in ask("explanation")
    assert "Guesses words that are hidden in texts like those in" in ask("card")
    shown = ask({"text": "The machine ___ calm, ＿＿ bright"})
    assert "Gap 2" in shown
    assert shown.count("<progress") == 10
    assert "Write ___ in place of each hidden word" in told(ask({"text": "nothing is hidden"}))["text"]
    made = BaseModel.objects.get()
    assert made.task == "classification"


def test_a_text_goes_on_from_how_held_out_ones_begin(tried: Any) -> None:
    ask = tried("language-model")
    begun = re.findall(r"data-fill=\"{&quot;text&quot;: &quot;([^&]+)&quot;}\"", ask("try"))
    assert begun
    assert "Examples to try, out of data that every recipient may view" in ask("try")
    assert "Written by the model" in ask({"text": begun[0], "length": "5"})
