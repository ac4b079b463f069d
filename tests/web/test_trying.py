"""Trying a model: warnings in words, and why an answer is what it is, where somebody asks for it."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import pasted_rows
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]

Browse = Callable[[User | None], Client]
WARNING = {"text": "Row %(row)s is not an object of fields.", "params": {"row": 7}}
ROW = [{"field": "x0", "value": 9.0, "weight": 0.4}, {"field": "<x1>", "value": None, "weight": -0.2}]
HEAT = {"heat": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.1], [0.0, 0.0, 1.0]]}
TEXT = {"tokens": [{"text": "a ", "weight": 0.0}, {"text": "<crack>", "weight": 0.8}, {"text": " no", "weight": -0.4}]}


class Model:
    """The line to the worker ends here: it keeps what was asked and gives these reasons."""

    def __init__(self) -> None:
        self.reasons: Any = ROW
        self.asked: list[dict[str, Any]] = []

    def exchange(self, _version: ModelVersion, question: dict[str, Any]) -> dict[str, Any]:
        """As the worker answers."""
        self.asked.append(question)
        reasons = {"reasons": self.reasons} if question.get("explain") else {}
        answer = {"label": "yes", "probabilities": {"no": 0.1, "yes": 0.9}, "warnings": [WARNING], **reasons}
        return {"predictions": [answer for _row in question["rows"]]}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Model:
    made = Model()
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", made.exchange)
    return made


def ask(client: Client, version: ModelVersion, rest: str, question: Any, language: str = "en", **more: Any) -> str:
    address = f"{version.model.get_absolute_url()}v{version.number}/predict/{rest}"
    return client.post(address, question, headers={"Accept-Language": language}, **more).content.decode()


def test_a_warning_stands_beside_the_answer_in_the_readers_language(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    assert "Row 7 is not an object of fields." in ask(browse(bob), version, "", {"field-x0": "9"})
    chinese = ask(browse(bob), version, "", {"field-x0": "9"}, "zh-CN")
    assert "7" in chinese
    assert "not an object" not in chinese


def test_a_row_says_why_only_where_the_switch_is_on(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    assert "Why this answer" not in ask(browse(bob), version, "", {"field-x0": "9"})
    shown = ask(browse(bob), version, "", {"field-x0": "9", "explain": "on"})
    data = re.search(r"<template[^>]*>(.*?)</template>", shown, re.DOTALL)
    assert "Why this answer" in shown
    assert data is not None
    assert json.loads(data[1])["items"] == [
        {"name": "x0: 9", "value": 0.4},
        {"name": "<x1>: not known", "value": -0.2},
    ]
    assert [one.get("explain") for one in model.asked] == [None, True]


def test_a_usual_row_has_no_reasons_and_says_so(browse: Browse, bob: User, version: ModelVersion, model: Model) -> None:
    model.reasons = [{"field": "x0", "value": 0.0, "weight": 0.0}]
    shown = ask(browse(bob), version, "", {"field-x0": "0", "explain": "on"})
    assert "No value moved the answer: each is the usual one" in shown
    assert "data-chart" not in shown


def test_words_are_shaded_by_what_they_did(browse: Browse, bob: User, version: ModelVersion, model: Model) -> None:
    model.reasons = TEXT
    shown = ask(browse(bob), version, "", {"field-x0": "9", "explain": "on"})
    assert '<span class="word is-for is-4" title="0.800">&lt;crack&gt;</span>' in shown
    assert '<span class="word is-against is-2" title="-0.400"> no</span>' in shown
    assert ">a " in shown


def test_words_stand_apart_where_their_language_has_them_apart(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    pieces = ["the", "machine", "很", "快", "!", "and", "so", ",", "on"]
    model.reasons = {"tokens": [{"text": text, "weight": 0.01 * (text == "so")} for text in pieces]}
    shown = ask(browse(bob), version, "", {"field-x0": "9", "explain": "on"})
    told = re.search(r'<p class="reading words">(.*?)</p>', shown, re.DOTALL)
    assert told is not None
    assert re.sub(r"<[^>]+>", "", told[1]).strip() == "the machine很快! and so, on"


def test_a_model_that_writes_says_which_words_spoke_for_it(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    type(version).objects.filter(pk=version.pk).update(preprocessing={"kind": "prompt", "fields": []})
    client = browse(bob)
    page = client.get(f"{version.model.get_absolute_url()}?tab=try").content.decode()
    assert page.count('name="explain"') == 1
    model.reasons = TEXT
    shown = ask(client, version, "", {"text": "a crack", "length": "5", "temperature": "0", "explain": "on"})
    assert "Why this answer" in shown
    assert "&lt;crack&gt;" in shown
    assert model.asked[-1] == {"rows": [{"text": "a crack", "length": 5, "temperature": 0.0}], "explain": True}


def test_a_text_that_is_all_there_is_to_read_is_wanted_first(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    """A second text beside it may stay empty: they are read one after the other."""

    def reads(*names: str) -> str:
        told = {"kind": "text", "fields": [{"name": name, "kind": "text"} for name in names]}
        type(version).objects.filter(pk=version.pk).update(preprocessing=told)
        return browse(bob).get(f"{version.model.get_absolute_url()}?tab=try").content.decode()

    assert 'class="optional"' not in reads("note")
    assert "Write a text first." in ask(browse(bob), version, "", {"field-note": "  "})
    assert not model.asked
    assert "Write a text first." not in ask(browse(bob), version, "", {"field-note": "a crack"})
    assert reads("title", "note").count('class="optional"') == 2


def test_a_drawing_is_told_where_the_model_looked(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    model.reasons = HEAT
    type(version).objects.filter(pk=version.pk).update(preprocessing={"kind": "image", "shape": [1, 3, 3]})
    picture = {"image": "aGVsbG8="}
    json_type = {"content_type": "application/json"}
    plain = json.loads(ask(browse(bob), version, "picture/", json.dumps(picture), **json_type))
    told = json.loads(ask(browse(bob), version, "picture/", json.dumps({**picture, "explain": True}), **json_type))
    assert "heat" not in plain
    assert plain["warnings"] == ["Row 7 is not an object of fields."]
    assert told["heat"] == HEAT["heat"]
    assert told["where"] == "Most of the weight lies here: Bottom right, Middle right."


def test_of_several_rows_each_has_its_warning(browse: Browse, bob: User, version: ModelVersion, model: Model) -> None:
    shown = ask(browse(bob), version, "rows/", {"text": "x0,x1\n1,2\n3,4"})
    assert shown.count("Row 7 is not an object of fields.") == 2


def test_of_several_rows_each_says_why_where_the_switch_is_on(
    browse: Browse, bob: User, version: ModelVersion, model: Model
) -> None:
    page = browse(bob).get(f"{version.model.get_absolute_url()}?tab=try").content.decode()
    assert page.count('name="explain"') == 2
    pasted = "x0,x1\n1,2\n3,4"
    assert "Why this answer" not in ask(browse(bob), version, "rows/", {"text": pasted})
    shown = ask(browse(bob), version, "rows/", {"text": pasted, "explain": "on"})
    assert shown.count("x0: 9") == 2
    assert shown.count("&lt;x1&gt;: not known") == 2
    assert "+0.40" in shown
    many = "x0\n" + "1\n" * 21
    assert "Reasons are given for at most 20 rows" in ask(
        browse(bob), version, "rows/", {"text": many, "explain": "on"}
    )
    assert [one.get("explain") for one in model.asked] == [None, True]


def test_of_usual_rows_that_is_said(browse: Browse, bob: User, version: ModelVersion, model: Model) -> None:
    model.reasons = [{"field": "x0", "value": 0.0, "weight": 0.0}]
    shown = ask(browse(bob), version, "rows/", {"text": "x0,x1\n0,0\n0,0", "explain": "on"})
    assert shown.count("No value moved the answer.") == 2


def test_the_example_of_several_rows_is_read_as_it_stands(browse: Browse, bob: User, version: ModelVersion) -> None:
    """A kind may be called “clerk, bank”, and a field too, with marks that part the cells of other files."""
    version.preprocessing = {"kind": "table", "fields": [
        {"name": "age", "kind": "number", "fill": 40.0, "low": 1.0, "high": 90.0},
        {"name": 'job, "title";;|||', "kind": "category", "values": ["clerk, bank", "x"], "typical": "clerk, bank"},
    ]}  # fmt: skip
    version.save()
    page = browse(bob).get(f"{version.model.get_absolute_url()}?tab=try").content.decode()
    (shown,) = re.findall(r'<textarea name="text".*?>(.*?)</textarea>', page, re.DOTALL)
    pasted = pasted_rows(version, html.unescape(shown).lstrip("\n"))
    assert pasted.rows == [{"age": "40", 'job, "title";;|||': "clerk, bank"}]
    assert not pasted.absent
