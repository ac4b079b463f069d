"""Models by program: what a token may read, fetch, ask and name."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.registry.models import Alias, Download, ModelVersion
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]

MODEL = "/api/v1/models/anvil/find-defects/"
VERSION = f"{MODEL}versions/1/"


@pytest.fixture
def call(token_for: Callable[..., str]) -> Callable[..., Any]:
    """`call(bob, "get", address, scopes=["read"])`."""

    def send(person: User, method: str, address: str, *, scopes: tuple[str, ...] = (), **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token_for(person, *scopes)}"}
        return getattr(Client(), method)(address, headers=headers, **more)

    return send


def test_a_participant_lists_and_reads(call: Any, bob: User, version: ModelVersion) -> None:
    listed = call(bob, "get", "/api/v1/models/?task=classification&q=defects").json()["results"]
    assert [(one["organization"], one["slug"], one["aliases"]) for one in listed] == [
        ("anvil", "find-defects", {"champion": 1})
    ]
    assert call(bob, "get", MODEL).json()["versions"][0]["primary_value"] == 0.9
    whole = call(bob, "get", VERSION).json()
    assert {one["organization"] for one in whole["made_of"]} == {"anvil", "borealis"}
    assert whole["evaluation"]["primary_metric"]["name"] == "accuracy"


def test_an_outsider_finds_nothing(call: Any, carol: User, version: ModelVersion) -> None:
    assert call(carol, "get", "/api/v1/models/").json()["results"] == []
    for rest in ("", "card/", "versions/1/", "versions/1/files/config.json", "versions/1/download/"):
        assert call(carol, "get", f"{MODEL}{rest}").status_code == 404, rest
    for rest in ("versions/1/predict/",):
        answer = call(carol, "post", f"{MODEL}{rest}", data={"rows": [{}]}, content_type="application/json")
        assert answer.status_code == 404
    for method in ("put", "delete"):
        answer = call(carol, method, f"{MODEL}aliases/champion/", data={"version": 1}, content_type="application/json")
        assert answer.status_code == 404


def test_files_have_the_hashes_that_the_version_tells(call: Any, bob: User, version: ModelVersion) -> None:
    for one in call(bob, "get", VERSION).json()["files"]:
        content = b"".join(call(bob, "get", f"{VERSION}files/{one['path']}").streaming_content)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one["sha256"], one["size"])
    packed = b"".join(call(bob, "get", f"{VERSION}download/").streaming_content)
    assert zipfile.ZipFile(io.BytesIO(packed)).testzip() is None
    assert Download.objects.filter(user=bob).count() == 8


@pytest.mark.parametrize("rest", ["files/config.json", "download/"])
def test_a_token_for_reading_downloads_nothing(call: Any, bob: User, version: ModelVersion, rest: str) -> None:
    assert call(bob, "get", f"{VERSION}{rest}", scopes=("read",)).status_code == 403


def test_an_error_names_row_and_field(call: Any, bob: User, version: ModelVersion) -> None:
    rows = {"rows": [{"x0": 1}, {"x0": "tall"}]}
    answer = call(bob, "post", f"{VERSION}predict/", data=rows, content_type="application/json")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == {"rows.2.x0": ["Row 2, “x0”: “tall” is not a number."]}


def test_without_a_compute_node_it_is_unavailable(call: Any, bob: User, version: ModelVersion) -> None:
    answer = call(bob, "post", f"{VERSION}predict/", data={"rows": [{"x0": 1}]}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_curators_name_and_write_others_do_not(call: Any, alice: User, bob: User, version: ModelVersion) -> None:
    json = {"content_type": "application/json"}
    address = f"{MODEL}aliases/production/"
    assert call(bob, "put", address, data={"version": 1}, **json).status_code == 403
    assert call(alice, "put", address, data={"version": 1}, **json).json()["version"] == 1
    assert call(alice, "put", address, data={"version": 7}, **json).status_code == 404
    assert call(alice, "delete", address).status_code == 204
    assert not Alias.objects.filter(name="production").exists()
    assert call(bob, "put", f"{MODEL}card/", data={"text": "Mine"}, **json).status_code == 403
    assert call(alice, "put", f"{MODEL}card/", data={"text": "Ask Alice."}, **json).json()["number"] == 1
    assert call(bob, "get", f"{MODEL}card/").json()["text"] == "Ask Alice."


def test_scenarios_are_read_by_program(call: Any, bob: User) -> None:
    listed = call(bob, "get", "/api/v1/scenarios/").json()
    assert {"visual-inspection", "disease-diagnosis"} <= {one["slug"] for one in listed}
    assert call(bob, "get", "/api/v1/scenarios/disease-diagnosis/").json()["recipe"] == "tabular"
    assert call(bob, "get", "/api/v1/scenarios/time-travel/").status_code == 404
