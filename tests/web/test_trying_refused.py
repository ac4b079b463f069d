"""What is refused stands at the field that it is about; what is about none stands where the answer would be."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from chainhub.web.forms.models import LARGEST_PICTURE
from tests.factories.kinds import publish_kind
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version
from tests.web.test_trying_kinds import Model, ask, model, page

__all__ = ["job", "model", "ours", "theirs", "version"]

Browse = Callable[[User | None], Client]
AT = re.compile(r'<div data-error-of="([^"]*)">.*?<p class="error" id="([^"]*)">.*?<span>(.*?)</span>', re.DOTALL)
FILE = b"x"


def told(shown: str) -> dict[str, str]:
    """Each field's id and what is said there, whose own id a list of ids can hold."""
    found = AT.findall(shown)
    assert all(" " not in own for _field, own, _said in found)
    return {html.unescape(field).removeprefix("id_"): html.unescape(said) for field, _own, said in found}


def refuse(monkeypatch: pytest.MonkeyPatch, text: str, **params: Any) -> None:
    """The model answers every question so."""
    error = {"text": text, "hint": "", "params": params}
    monkeypatch.setattr(serving, "_exchange", lambda _version, _question: {"error": error})


def test_bob_reads_at_each_field_of_a_row_what_is_wrong_there(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    version.preprocessing["fields"] += [
        {"name": "fixed acidity", "kind": "number", "fill": 1.0},
        {"name": "colour", "kind": "category", "values": ["red"]},
        {"name": "note", "kind": "text"},
    ]
    version.save()
    posted = {"field-x0": "tall", "field-x1": "\u22121,5", "field-fixed acidity": "1" * 41, "field-colour": "blue",
              "field-note": "a" * 20_001, "field-x2": "2"}  # fmt: skip
    shown = ask(browse(bob), version, posted)
    assert told(shown) == {
        "field-x0": "“tall” is not a number.",
        "field-x1": "“\u22121,5” is not a number.",
        "field-fixed acidity": "Ensure this value has at most 40 characters (it has 41).",
        "field-colour": "A value is not one of those that the field takes.",
        "field-note": "Ensure this value has at most 20000 characters (it has 20001).",
    }
    assert "alert is-warn" not in shown
    assert not model.asked
    chinese = told(ask(browse(bob), version, posted, language="zh-CN"))
    assert chinese["field-x0"] == "“tall”不是数字。"
    assert not set(chinese.values()) & set(told(shown).values())


def test_a_browser_neither_cuts_nor_holds_back_what_bob_typed(browse: Browse, bob: User, version: ModelVersion) -> None:
    """It would cut a long text in silence, and say what is out of bounds in its own language, beside an old answer."""
    shown = page(browse(bob), version, "try")
    assert "maxlength" not in shown.partition('hx-target="#answer"')[2]
    forms = re.findall(r"<form[^>]*hx-target[^>]*>", shown)
    assert len(forms) == 2
    assert all("novalidate" in form and "data-refusals" in form for form in forms)


@pytest.mark.parametrize(
    ("kind", "rest", "posted", "fields"),
    [
        ("create", "", {"count": "500", "seed": "-1"}, ["count", "seed"]),
        ("create", "", {"count": "?", "label": "cow"}, ["count", "label"]),
        ("series", "", {"values": "1, x", "field-price": "1 y"}, ["values", "field-price"]),
        ("series", "", {"values": "demand,price\n1,x"}, ["values"]),
        ("series", "", {"values": ""}, ["values"]),
        ("molecule", "", {"smiles": "C" * 2001, "sequence": " "}, ["smiles", "sequence"]),
        ("molecule", "", {"smiles": "C", "sequence": "M" * 20_001}, ["sequence"]),
        ("molecule", "rows/", {"text": "structure,protein\nCCO"}, ["text"]),
        ("question", "", {"text": "a" * 20_001}, ["text"]),
        ("boxes", "file/", {"threshold": "5"}, ["picture", "threshold"]),
        ("restore", "file/", {"noise": "?"}, ["picture", "noise"]),
        ("restore", "file/", {"sample": "9"}, []),
    ],
)
def test_bob_is_told_at_the_field(
    browse: Browse, bob: User, job: TrainingJob, model: Model, kind: str, rest: str, posted: Any, fields: list[str]
) -> None:
    shown = ask(browse(bob), publish_kind(job, kind), posted, rest)
    assert list(told(shown)) == fields
    assert ("alert is-warn" in shown) is not bool(fields)
    assert not model.asked


def test_a_prompt_of_spaces_is_none(browse: Browse, bob: User, job: TrainingJob, model: Model) -> None:
    version = publish_kind(job, "question")
    ModelVersion.objects.update(preprocessing={"kind": "prompt", "fields": []})
    shown = ask(browse(bob), version, {"text": " \n ", "length": "0", "temperature": "9"})
    assert list(told(shown)) == ["text", "length", "temperature"]
    assert told(shown)["text"] == "Write a text first."


@pytest.mark.parametrize(("content", "said"), [(b"", "empty"), (b"x" * (LARGEST_PICTURE + 1), "larger than 5 MB")])
def test_a_picture_that_is_none_or_too_large(
    browse: Browse, bob: User, job: TrainingJob, model: Model, content: bytes, said: str
) -> None:
    sent = SimpleUploadedFile("street.png", content)
    shown = ask(browse(bob), publish_kind(job, "boxes"), {"picture": sent}, "file/")
    assert said in told(shown)["picture"]
    assert not model.asked


@pytest.mark.parametrize(
    ("kind", "rest", "posted", "said", "field"),
    [
        ("boxes", "file/", {"picture": FILE}, {"field": "image"}, "picture"),
        ("boxes", "file/", {"picture": FILE}, {"field": "threshold"}, "threshold"),
        ("molecule", "", {"smiles": "C(", "sequence": "M"}, {"field": "smiles"}, "smiles"),
        ("series", "", {"values": "1", "field-price": "1"}, {"field": "price"}, "field-price"),
        ("question", "", {"text": "why"}, {}, "text"),
        ("create", "", {"count": "1"}, {}, None),
        ("boxes", "file/", {"sample": "0"}, {"field": "image"}, None),
    ],
)
def test_what_the_model_itself_refuses_stands_there_too(
    browse: Browse, bob: User, job: TrainingJob, model: Model, monkeypatch: pytest.MonkeyPatch,
    kind: str, rest: str, posted: dict[str, Any], said: dict[str, str], field: str | None,
) -> None:  # fmt: skip
    """An example that was clicked on, and a form of several fields of which none is named, have no such place."""
    refuse(monkeypatch, "The model can make nothing of this input.", **said)
    sent = {name: SimpleUploadedFile("x.png", one) if one == FILE else one for name, one in posted.items()}
    shown = ask(browse(bob), publish_kind(job, kind), sent, rest)
    assert list(told(shown)) == ([field] if field else [])
    assert shown.count("The model can make nothing of this input.") == 1


BEYOND = "“%(field)s” is %(value)s, which is beyond all that the model can compute with."


@pytest.mark.parametrize(
    ("rows", "counted", "field", "begins"),
    [
        ([{"x0": 1e300}], {"row": 1}, "rows.1.x0", "“x0” is 1e300"),
        ([{"x0": 1}, {"x0": 1e300}], {"row": 2}, "rows.2.x0", "Row 2: “x0” is 1e300"),
        ([{"x0": 1}, {"x0": 1e300}], {}, "rows", "“x0” is 1e300"),
    ],
)
def test_a_program_reads_which_row_and_field_the_model_refused(
    browse: Browse, bob: User, version: ModelVersion, model: Model, monkeypatch: pytest.MonkeyPatch,
    rows: list[dict[str, float]], counted: dict[str, int], field: str, begins: str,
) -> None:  # fmt: skip
    """Some models do not count the rows."""
    refuse(monkeypatch, BEYOND, field="x0", value="1e300", **counted)
    address = f"/api/v1{version.model.get_absolute_url()}versions/{version.number}/predict/"
    answer = browse(bob).post(address, json.dumps({"rows": rows}), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {field: [f"{begins}, which is beyond all that the model can compute with."]}


def test_pasted_rows_are_refused_at_the_box_with_their_line_and_field(
    browse: Browse, bob: User, version: ModelVersion, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pasted, said in {
        "": "Paste a first line with the fields' names and at least one row below it.",
        "x0,x1\n1,2\n3,tall": "Row 2, “x1”: “tall” is not a number.",
        "x0\n" + "1\n" * 1001: "At most 1000 rows can be predicted at a time; these are 1001.",
    }.items():
        assert told(ask(browse(bob), version, {"text": pasted}, "rows/")) == {"text": said}
    many = {"text": "x0\n" + "1\n" * 21, "explain": "on"}
    assert "at most 20 rows" in told(ask(browse(bob), version, many, "rows/"))["text"]
    assert not model.asked
    refuse(monkeypatch, BEYOND, field="x0", value="1e300", row=2)
    shown = told(ask(browse(bob), version, {"text": "x0\n1\n1e300"}, "rows/", "zh-CN"))
    assert shown["text"].startswith("第 2 行：")


def test_what_is_no_fault_of_the_input_stands_where_the_answer_would(
    browse: Browse, bob: User, version: ModelVersion
) -> None:
    for rest, posted in (("", {"field-x0": "1"}), ("rows/", {"text": "x0\n1"})):
        shown = ask(browse(bob), version, posted, rest)
        assert not told(shown)
        assert "No compute node is running" in shown
