"""Problems, pages, keys of idempotency, and the document that describes it all."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from chainhub.accounts.models import User
from chainhub.api.http import idempotency_key, problem
from chainhub.core.errors import InvalidInputError


def test_refusal_says_which_field() -> None:
    answer = problem(InvalidInputError("Too short.", field="name"), {})
    assert answer is not None
    assert answer.status_code == 422
    assert answer.data == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Too short.",
        "code": "invalid",
        "errors": {"name": ["Too short."]},
    }


def test_shape_errors_are_listed_by_field() -> None:
    answer = problem(ValidationError({"name": ["Required."]}), {})
    assert answer is not None
    assert answer.data["errors"] == {"name": ["Required."]}
    assert answer.data["status"] == 400


def test_what_is_not_foreseen_stays_an_error() -> None:
    assert problem(RuntimeError("boom"), {}) is None


def test_unknown_thing_is_a_problem(alice: User, browse: Any) -> None:
    answer = browse(alice).get("/api/v1/tokens/999/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_unknown_address_is_a_problem(db: None, client: Client) -> None:
    answer = client.get("/api/v1/nothing/here/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/nothing/here/")["Content-Type"].startswith("text/html")


def test_broken_json_is_a_problem(alice: User, browse: Any) -> None:
    answer = browse(alice).post("/api/v1/tokens/", "{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"
    assert answer.json()["detail"] == "What was sent is not valid JSON: see line 1, column 2."


@pytest.mark.parametrize(("language", "said"), [("en", "A request has at most 5 MB"), ("zh-hans", "最多 5 MB")])
def test_a_body_that_is_too_long_is_a_problem(alice: User, browse: Any, language: str, said: str) -> None:
    long = '{"name": "' + "a" * (5 * 2**20) + '"}'
    headers = {"accept-language": language}
    answer = browse(alice).post("/api/v1/tokens/", long, content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "kind", "said"),
    [
        ('{"name": "a",\n oops}', "application/json", "请检查第 2 行第 2 列"),
        (b'{"name": "\xff"}', "application/json", "必须为 UTF-8 编码"),
        ('{"days": NaN}', "application/json", "不含 NaN"),
        ("<a/>", "application/xml", "application/xml"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_the_readers_language(
    sent: str | bytes, kind: str, said: str, alice: User, browse: Any
) -> None:
    answer = browse(alice).post("/api/v1/tokens/", sent, content_type=kind, headers={"accept-language": "zh-hans"})
    assert answer.status_code in {400, 415}
    assert said in answer.json()["detail"]
    assert "parse error" not in answer.json()["detail"].lower()


@pytest.mark.parametrize(("sent", "read"), [("", ""), ("  run-7 ", "run-7"), ("x" * 80, "x" * 80)])
def test_idempotency_key(sent: str, read: str) -> None:
    request = Request(APIRequestFactory().post("/", HTTP_IDEMPOTENCY_KEY=sent))
    assert idempotency_key(request) == read


@pytest.mark.parametrize("sent", ["x" * 81, "schlüssel", "a\x07b"])
def test_strange_idempotency_key_is_refused(sent: str) -> None:
    request = Request(APIRequestFactory().post("/", HTTP_IDEMPOTENCY_KEY=sent))
    with pytest.raises(InvalidInputError):
        idempotency_key(request)


def test_document_is_openapi_31_and_shows_the_token(db: None, client: Client) -> None:
    document = json.loads(client.get("/api/v1/schema/").content)
    assert document["openapi"].startswith("3.1")
    token = document["components"]["securitySchemes"]["token"]
    assert token == {"type": "http", "scheme": "bearer", "bearerFormat": "chh_…"}
    assert "Problem" in document["components"]["schemas"]


def test_document_is_generated_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_docs_run_under_the_content_security_policy(db: None, client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    html = page.content.decode()
    assert "<script>" not in html
    assert "//cdn" not in html
