"""Datasets through the API: everything that the pages do, with a token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories import datasets as make

Call = Callable[..., Any]


@pytest.fixture
def call(token_for: Callable[..., str]) -> Call:
    """`call(alice, "post", "datasets/", {...})`."""

    def ask(user: User, method: str, path: str, body: Any = None, scopes: tuple[str, ...] = (), **more: Any) -> Any:
        client = Client(headers={"Authorization": f"Bearer {token_for(user, *scopes)}"})
        more.setdefault("content_type", "application/json")
        data = json.dumps(body) if more["content_type"] == "application/json" and body is not None else body
        return getattr(client, method)(f"/api/v1/{path}", data, **more)

    return ask


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


ONE = "datasets/anvil/bearings/"


def test_a_program_uploads_registers_and_watches(call: Call, alice: User, anvil: Organization) -> None:
    sent = call(alice, "post", "uploads/?filename=w.csv", b"a,b\n1,2\n3,4\n", content_type="text/csv")
    assert sent.status_code == 201, sent.content
    assert len(sent.json()["sha256"]) == 64
    body = {"organization": "anvil", "upload": sent.json()["id"], "name": "Wheels", "target": "b"}
    made = call(alice, "post", "datasets/", body)
    assert made.status_code == 201, made.content
    assert made.json()["newest_status"] == "inspecting"
    make.inspected(Dataset.objects.get().versions.get())
    seen = call(alice, "get", "datasets/anvil/wheels/").json()
    assert (seen["newest_status"], seen["version"], seen["rows"], seen["target"]) == ("ready", 1, 2, "b")


def test_a_form_can_carry_the_file(token_for: Callable[..., str], alice: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})
    answer = client.post("/api/v1/uploads/", {"file": SimpleUploadedFile("x.csv", b"a\n1\n")})
    assert answer.status_code == 201
    assert answer.json()["filename"] == "x.csv"


def test_a_reading_token_cannot_upload_or_download(call: Call, alice: User, bearings: Dataset) -> None:
    assert (
        call(alice, "post", "uploads/?filename=x", b"1", content_type="text/csv", scopes=("read",)).status_code == 403
    )
    assert call(alice, "get", f"{ONE}versions/1/files/data.csv", scopes=("read",)).status_code == 403
    answer = call(alice, "get", f"{ONE}versions/1/files/data.csv", scopes=("download",))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"age,pressure")


def test_lists_are_filtered_and_paged(call: Call, alice: User, bearings: Dataset, anvil: Organization) -> None:
    make.registered_csv(alice, anvil, name="Axles", summary="cold rolled")
    found = call(alice, "get", "datasets/?page_size=1&sort=name").json()
    assert (found["count"], [one["name"] for one in found["results"]]) == (2, ["Axles"])
    assert call(alice, "get", "datasets/?q=rolled").json()["count"] == 1
    assert call(alice, "get", "datasets/?kind=images").json()["count"] == 0
    assert call(alice, "get", "datasets/?mine=true&organization=anvil").json()["count"] == 2


def test_facets_count_what_the_list_would_show(call: Call, alice: User, bearings: Dataset, carol: User) -> None:
    facets = call(alice, "get", "datasets/facets/?q=bearings&kind=images").json()
    assert facets["kind"] == [
        {"value": "table", "count": 1, "chosen": False},
        {"value": "images", "count": 0, "chosen": True},
    ]
    assert facets["stage"] == []
    assert call(alice, "get", "datasets/facets/?mine=true").json()["size"][0]["count"] == 1
    assert not any(call(carol, "get", "datasets/facets/").json().values())


def test_a_program_is_told_what_is_no_facet(call: Call, alice: User) -> None:
    for address in ("datasets/?kind=imges", "datasets/facets/?sort=size"):
        refused = call(alice, "get", address)
        assert refused.status_code == 400, address


def test_the_owner_changes_grants_withdraws(
    call: Call, alice: User, bearings: Dataset, alliance: Collaboration
) -> None:
    changed = call(alice, "patch", ONE, {"summary": "Wear", "visibility": "hub", "target": "site"})
    assert changed.status_code == 200, changed.content
    assert [changed.json()[name] for name in ("summary", "visibility", "target")] == ["Wear", "hub", "site"]
    assert call(alice, "patch", ONE, {"target": "nowhere"}).status_code == 422
    made = call(alice, "post", f"{ONE}grants/", {"collaboration": alliance.slug, "needs_approval": True})
    assert made.status_code == 201
    assert call(alice, "get", f"{ONE}grants/").json()["count"] == 1
    assert call(alice, "post", f"{ONE}withdraw/", {"reason": "moved"}).json()["withdrawn_reason"] == "moved"
    assert call(alice, "post", f"{ONE}restore/").json()["withdrawn_at"] is None
    assert call(alice, "delete", f"{ONE}grants/{made.json()['id']}/").status_code == 204


def test_versions_fields_preview_and_files(call: Call, alice: User, bearings: Dataset) -> None:
    assert call(alice, "get", f"{ONE}versions/").json()["results"][0]["number"] == 1
    fields = call(alice, "get", f"{ONE}versions/1/fields/").json()
    assert [one["name"] for one in fields] == ["age", "pressure", "site", "sick"]
    assert len(call(alice, "get", f"{ONE}versions/1/preview/").json()["rows"]) == 50
    files = call(alice, "get", f"{ONE}versions/1/files/").json()
    assert [one["path"] for one in files] == ["data.csv", "training/data.parquet"]
    upload = make.uploaded(alice, "age\n1\n")
    assert call(alice, "post", f"{ONE}versions/", {"upload": str(upload.pk)}).status_code == 201


def test_partners_see_summaries_only(
    call: Call, alice: User, bob: User, bearings: Dataset, alliance: Collaboration
) -> None:
    make.granted(bearings, alliance, alice)
    Dataset.objects.update(visibility="granted")
    fields = call(bob, "get", f"{ONE}versions/1/fields/").json()
    assert not any("examples" in one for one in fields)
    assert call(bob, "get", f"{ONE}versions/1/preview/").status_code == 403
    assert call(bob, "get", f"{ONE}versions/1/files/data.csv").status_code == 403
    assert call(bob, "patch", ONE, {"summary": "mine"}).status_code == 403


def test_an_open_card_does_not_tell_outsiders_who_works_with_whom(
    call: Call, alice: User, bob: User, carol: User, bearings: Dataset, alliance: Collaboration
) -> None:
    make.granted(bearings, alliance, alice)
    Dataset.objects.filter(pk=bearings.pk).update(visibility="hub")
    at = f"datasets/anvil/{bearings.slug}/"
    assert [call(person, "get", at).json()["grants"] for person in (alice, bob, carol)] == [1, 1, 0]
    assert call(carol, "get", f"{at}grants/").json()["count"] == 0
    assert call(bob, "get", f"{at}grants/").json()["results"][0]["collaboration"] == alliance.slug


def test_outsiders_find_nothing(call: Call, carol: User, alice: User, bearings: Dataset) -> None:
    upload = make.uploaded(alice, "a\n1\n")
    for method, path in [
        ("get", ONE), ("patch", ONE), ("delete", ONE), ("post", f"{ONE}withdraw/"), ("get", f"{ONE}versions/"),
        ("get", f"{ONE}versions/1/"), ("get", f"{ONE}versions/1/files/data.csv"), ("get", f"{ONE}grants/"),
        ("get", f"uploads/{upload.pk}/"), ("delete", f"uploads/{upload.pk}/"),
    ]:  # fmt: skip
        assert call(carol, method, path).status_code == 404, path
    assert call(carol, "get", "datasets/").json()["count"] == 0
