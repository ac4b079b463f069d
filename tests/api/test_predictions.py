"""Answers by program: reasons are asked for by one word, warnings come in the caller's language."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]

ADDRESS = "/api/v1/models/anvil/find-defects/versions/1/predict/"
WARNING = {"text": "Row %(row)s is not an object of fields.", "params": {"row": 7}}
REASONS = [{"field": "x0", "value": 9.0, "weight": 0.4}]
Ask = Callable[..., Any]


@pytest.fixture
def ask(token_for: Callable[..., str], bob: User, version: ModelVersion) -> Ask:
    """Bob's program asks."""

    def send(question: Any, language: str = "en") -> Any:
        headers = {"Authorization": f"Bearer {token_for(bob)}", "Accept-Language": language}
        return Client().post(ADDRESS, data=question, content_type="application/json", headers=headers)

    return send


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[dict[str, Any]]:
    """What reaches the worker, which stands behind a message server: here the line to it ends."""
    questions: list[dict[str, Any]] = []

    def exchange(_version: ModelVersion, question: dict[str, Any]) -> dict[str, Any]:
        questions.append(question)
        reasons = {"reasons": REASONS} if question.get("explain") else {}
        answer = {"label": "yes", "probabilities": {"no": 0.1, "yes": 0.9}, "warnings": [WARNING], **reasons}
        return {"predictions": [answer for _row in question["rows"]]}

    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", exchange)
    return questions


def test_who_asks_why_is_told_and_who_does_not_is_not(ask: Ask, asked: list[dict[str, Any]]) -> None:
    assert "reasons" not in ask({"rows": [{"x0": 9}]}).json()["predictions"][0]
    assert ask({"rows": [{"x0": 9}], "explain": True}).json()["predictions"][0]["reasons"] == REASONS
    assert ["explain" in question for question in asked] == [False, True]


def test_a_warning_is_a_sentence_in_the_language_of_the_request(ask: Ask, asked: list[dict[str, Any]]) -> None:
    said = [ask({"rows": [{}]}, language).json()["predictions"][0]["warnings"] for language in ("en", "zh-CN")]
    assert said[0] == ["Row 7 is not an object of fields."]
    assert "7" in said[1][0]
    assert "object" not in said[1][0]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({"rows": [{"x0": 1}], "explain": "yes"}, "“explain” is either true or false."),
        ({"rows": [{"x0": 1}] * 21, "explain": True}, "Reasons are given for at most 20 rows"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_words(
    ask: Ask, asked: list[dict[str, Any]], question: Any, sentence: str
) -> None:
    answer = ask(question)
    assert answer.status_code == 422
    assert sentence in answer.json()["errors"]["explain"][0]
    assert not asked


def test_the_api_document_says_what_explain_does(client: Client) -> None:
    schemas = client.get("/api/v1/schema/").json()["components"]["schemas"]
    assert schemas["QuestionRequest"]["properties"]["explain"]["type"] == "boolean"
    reasons = schemas["Prediction"]["properties"]["reasons"]
    assert len(reasons["oneOf"]) == 4  # of a row, of a picture, of a text, of passages
    assert schemas["Prediction"]["properties"]["warnings"]["items"] == {"type": "string"}
