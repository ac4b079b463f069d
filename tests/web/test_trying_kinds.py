"""Models of every kind of input open on every tab, and are tried by form and by file; bad input is refused in words."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.jobs.models import TrainingJob
from chainhub.registry import serving
from chainhub.registry.models import Model as Line
from chainhub.registry.models import ModelVersion
from chainhub.web.views.models.detail import TABS
from tests.factories.kinds import KINDS, PICTURE, SCORES, publish_kind
from tests.factories.models import evaluation, publish
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]

Browse = Callable[[User | None], Client]


class Model:
    """The line to the worker ends here: it keeps what was asked and answers as that kind of model does."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []

    def exchange(self, _version: ModelVersion, question: dict[str, Any]) -> dict[str, Any]:
        """As the worker answers."""
        self.asked.append(question)
        return {"predictions": [self.answer for _row in question["rows"]]}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Model:
    made = Model()
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", made.exchange)
    return made


def page(client: Client, version: ModelVersion, tab: str, language: str = "en") -> str:
    answer = client.get(f"{version.model.get_absolute_url()}?tab={tab}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def ask(client: Client, version: ModelVersion, question: Any, rest: str = "", language: str = "en") -> str:
    address = f"{version.model.get_absolute_url()}v{version.number}/predict/{rest}"
    return client.post(address, question, headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_tab_of_every_kind_opens(browse: Browse, bob: User, job: TrainingJob, kind: str, language: str) -> None:
    version = publish_kind(job, kind)
    shown = {tab: page(browse(bob), version, tab, language) for tab in TABS}
    assert 'id="answer"' in shown["try"]
    # A name that nobody put into words would stand there as a program writes it.
    assert KINDS[kind]["metric"] not in re.sub(r"<template.*?</template>", "", shown["overview"], flags=re.DOTALL)
    for nowhere in ("Examples of its mistakes", "出错示例", "Groups side by side"):
        assert nowhere not in shown["explanation"]


@pytest.mark.parametrize(
    ("kind", "posted"),
    [
        ("create", {"count": "3", "seed": "7", "label": "dog"}),
        ("series", {"values": "1, 2\n3 4", "field-price": "1 1 2 2"}),
        ("molecule", {"smiles": "CCO", "sequence": "MGSSHHHH"}),
        ("question", {"text": "I feel hot"}),
    ],
)
def test_a_form_asks_what_the_model_takes(
    browse: Browse, bob: User, job: TrainingJob, model: Model, kind: str, posted: dict[str, str]
) -> None:
    version, model.answer = publish_kind(job, kind), KINDS[kind]["answer"]
    shown = ask(browse(bob), version, posted)
    assert model.asked == [{"rows": [KINDS[kind]["row"]]}]
    assert "card is-sunken" in shown


def test_boxes_lie_over_the_picture_and_stand_in_a_list(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version, model.answer = publish_kind(job, "boxes"), KINDS["boxes"]["answer"]
    sent = SimpleUploadedFile("street.png", b"whatever")
    shown = ask(browse(bob), version, {"picture": sent, "threshold": "0.2"}, "file/")
    assert model.asked[0]["rows"] == [{"image": "d2hhdGV2ZXI=", "threshold": 0.2}]
    assert '<rect x="10.00%" y="20.00%" width="30.00%" height="40.00%"/>' in shown
    assert "car &lt;1&gt;" in shown
    assert "91%" in shown
    model.answer = {"boxes": []}
    assert "found nothing" in ask(browse(bob), version, {"sample": "0"}, "file/")
    assert model.asked[1]["rows"] == [{"image": PICTURE}]


def test_a_restored_picture_stands_beside_the_one_that_was_sent(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version, model.answer = publish_kind(job, "restore"), KINDS["restore"]["answer"]
    shown = ask(browse(bob), version, {"picture": SimpleUploadedFile("x.png", b"x"), "noise": "25"}, "file/")
    assert shown.count(f"data:image/png;base64,{PICTURE}") == 3
    assert "noise that was laid over it" in shown
    assert "made smaller first" not in shown
    assert "made smaller first" in ask(browse(bob), version, {"picture": SimpleUploadedFile("x.png", b"x")}, "file/")


def test_a_forecast_stands_beside_the_past_and_the_simple_one(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version, model.answer = publish_kind(job, "series"), KINDS["series"]["answer"]
    shown = ask(browse(bob), version, {"values": "demand;price\n1;5\n2;5\n3;5\n4;5\n5;5"})
    assert model.asked[0]["rows"] == [{"values": [1.0, 2.0, 3.0, 4.0, 5.0], "price": [5.0] * 5}]
    for said in ("Last season again", "5 values given; the model read the latest 4.", "90%", "Past"):
        assert said in shown


def test_a_forecast_by_the_calendar_is_asked_when_the_last_value_was(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version, model.answer = publish_kind(job, "series"), KINDS["series"]["answer"]
    version.preprocessing["fields"].append({"name": "day", "kind": "moment", "waves": {"week": 3}})
    version.save()
    assert "When the last of them was" in page(browse(bob), version, "try")
    ask(browse(bob), version, {"values": "1 2 3 4", "field-day": "2026-01-31"})
    ask(browse(bob), version, {"values": "day,demand\n2026-01-30,1\n2026-01-31,2"})
    ask(browse(bob), version, {"values": "1 2 3 4", "field-day": ""})
    ask(browse(bob), version, {"values": "day,demand\n2026-01-30,1\n,2"})  # the last day is not known
    asked = [one["rows"][0].get("day") for one in model.asked]
    assert asked == ["2026-01-31", "2026-01-31", None, None]


def test_a_drawing_of_a_molecule_can_run_nothing(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    version, model.answer = publish_kind(job, "molecule"), KINDS["molecule"]["answer"]
    shown = ask(browse(bob), version, {"smiles": "CCO", "sequence": "MGSS"})
    assert "7.250" in shown
    assert 'src="data:image/svg+xml;base64,' in shown
    assert "<script" not in shown
    several = ask(browse(bob), version, {"text": "structure,protein\nCCO,MGSS\nCC,MGSS"}, "rows/")
    assert model.asked[-1]["rows"] == [{"smiles": "CCO", "sequence": "MGSS"}, {"smiles": "CC", "sequence": "MGSS"}]
    assert several.count("7.250") == 2


def test_the_words_for_which_a_passage_was_found_are_coloured_in_it(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    passage = {"tokens": [{"text": "A", "weight": -0.01}, {"text": "temperature", "weight": 0.2}], "read": 13}
    model.answer = KINDS["question"]["answer"] | {
        "reasons": {"tokens": [{"text": "I", "weight": 0.0}, {"text": "<hot>", "weight": 0.1}], "sources": [passage]}
    }
    version = publish_kind(job, "question")
    assert 'name="explain"' in page(browse(bob), version, "try")
    shown = ask(browse(bob), version, {"text": "I feel hot", "explain": "on"})
    assert model.asked[0] == {"rows": [{"text": "I feel hot"}], "explain": True}
    assert '<span class="word is-for is-4" title="0.200">temperature</span> above 38' in " ".join(shown.split())
    assert "What of the question found the first passage" in shown
    assert "&lt;hot&gt;" in shown
    model.answer["reasons"]["sources"] = [{"tokens": [], "read": 0}]  # nothing of the passage was weighed
    assert "above 38" in ask(browse(bob), version, {"text": "I feel hot", "explain": "on"})
    del model.answer["reasons"]
    assert "is-for" not in ask(browse(bob), version, {"text": "I feel hot", "explain": "on"})


def test_an_answer_with_sources_has_its_notice_and_says_when_it_does_not_know(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    Collaboration.objects.filter(pk=job.collaboration_id).update(scenario="medical-consultation")
    version, model.answer = publish_kind(job, "question"), KINDS["question"]["answer"]
    shown = ask(browse(bob), version, {"text": "I feel hot"})
    assert "Fever &lt;high&gt;" in shown
    assert "It does not know." not in shown
    assert "Not medical advice." in shown
    model.answer = {"sources": [], "refused": True, "limit": 0.5, "nearest": 0.25}
    shown = ask(browse(bob), version, {"text": "Who won?"})
    for said in ("It does not know.", "The nearest has a likeness of 0.25", "0.50", "Not medical advice."):
        assert said in shown
    assert "它不知道" in ask(browse(bob), version, {"text": "Who won?"}, language="zh-CN")


@pytest.mark.parametrize(
    ("kind", "rest", "posted", "said"),
    [
        ("boxes", "file/", {}, "required"),
        ("boxes", "file/", {"sample": "9"}, "There is no such example."),
        ("restore", "file/", {"sample": "x"}, "There is no such example."),
        ("create", "", {"count": "65"}, "64"),
        ("create", "", {"count": "1", "label": "cow"}, "cow"),
        ("series", "", {"values": "1, 2, x"}, "“values”: value 3, “x”, is not a number."),
        ("series", "", {"values": "price\n"}, "Give numbers, the oldest first"),
        ("series", "", {"values": "date,price\n1,2"}, "does not name the field “demand”"),
        ("series", "", {"values": ""}, "Give some numbers first."),
        ("molecule", "", {"sequence": "MGSS"}, "Give a molecule first."),
        ("molecule", "", {"smiles": "CCO"}, "Give a protein first."),
        ("question", "", {"text": " "}, "Write a question first."),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    browse: Browse, bob: User, job: TrainingJob, model: Model, kind: str, rest: str, posted: Any, said: str
) -> None:
    shown = ask(browse(bob), publish_kind(job, kind), posted, rest)
    assert said in shown
    assert model.asked == []


def test_samples_are_one_click_away(browse: Browse, bob: User, job: TrainingJob) -> None:
    shown = page(browse(bob), publish_kind(job, "series"), "try")
    assert 'data-fill="{&quot;values&quot;: &quot;1, 2.5, 3, 4&quot;}"' in shown


def test_rows_pictures_and_questions_are_samples_too(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    """What the evaluation keeps of data that all may view; a value that is not known empties its field."""
    kept = [{"values": {"x0": 1.5, "x1": None, "x2": 63.0}}]
    version = publish(job, found=evaluation(SCORES) | {"samples": kept})
    shown = page(browse(bob), version, "try")
    told = json.dumps({"field-x0": "1.5", "field-x1": "", "field-x2": "63"}).replace('"', "&quot;")
    assert f'data-fill="{told}">1.5 · 63</button>' in shown

    evaluated = version.evaluation | {"samples": [{"picture": PICTURE}]}
    ModelVersion.objects.update(evaluation=evaluated)
    ModelVersion.objects.update(preprocessing={"kind": "image", "fields": []})
    assert f'name="sample" value="0" aria-label="Try example 1"><img src="data:image/png;base64,{PICTURE}"' in page(
        browse(bob), version, "try"
    )
    model.answer = {"label": "yes", "probabilities": {"yes": 0.9, "no": 0.1}}
    ask(browse(bob), version, {"sample": "0"}, "file/")
    assert model.asked == [{"rows": [{"image": PICTURE}]}]

    ModelVersion.objects.update(evaluation=evaluated | {"written": {"examples": [{"asked": "Open the file"}]}})
    ModelVersion.objects.update(preprocessing={"kind": "prompt", "fields": []})
    assert "{&quot;text&quot;: &quot;Open the file&quot;}" in page(browse(bob), version, "try")


def test_where_the_simple_forecast_wins_the_page_says_so(browse: Browse, bob: User, job: TrainingJob) -> None:
    measured = {"mae": {"value": 1.0}, "skill": {"value": -0.2, "low": -0.3, "high": -0.1}}
    shown = page(browse(bob), publish_kind(job, "series", overall={"rows": 300, "metrics": measured}), "explanation")
    assert "The simple forecast wins" in shown


def test_a_forecast_of_one_step_is_told_in_numbers(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    """A line would be a single point."""
    version = publish_kind(job, "series", horizon=[{"step": 1, "mae": 0.5, "naive_mae": 1.0, "seasonal_mae": None}])
    shown = page(browse(bob), version, "explanation")
    assert "Mean absolute error, one step ahead" in shown
    assert "How far off, step by step" not in shown
    model.answer = {name: values[:1] for name, values in KINDS["series"]["answer"].items()}
    assert '<p class="verdict"><span class="number">4</span>' in ask(browse(bob), version, {"values": "1 2 3 4"})


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("boxes", "boxes that people drew"),
        ("restore", "As it was"),
        ("create", "Real pictures, from other real ones"),
        ("series", "How far off, step by step"),
        ("question", "Found, nearest first"),
        ("question", "cold &lt;feet&gt;"),
        ("question", "at place 17"),
    ],
)
def test_what_a_model_makes_is_shown(browse: Browse, bob: User, job: TrainingJob, kind: str, said: str) -> None:
    shown = page(browse(bob), publish_kind(job, kind), "explanation")
    assert said in shown
    assert "Not shown here, and why" not in shown


def test_a_translation_is_asked_for_without_daring(browse: Browse, bob: User, job: TrainingJob) -> None:
    version = publish_kind(job, "question")
    Line.objects.update(recipe="sequence-to-sequence")
    ModelVersion.objects.update(preprocessing={"kind": "prompt", "fields": []})
    field = re.search(r'<input[^>]*name="temperature"[^>]*>', page(browse(bob), version, "try"))
    assert field is not None
    assert 'value="0"' in field[0]
    assert "&quot;temperature&quot;: 0}" in page(browse(bob), version, "use")
