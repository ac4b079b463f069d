"""Versions whose bytes stay with their owner: what the hub keeps, and what happens when the file changes."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.references import ChangedReferenceError, UnreachableError, described, lay_out_reference
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob
from chainhub.repositories.storage import open_blob
from tests.factories.datasets import inspected, registered_csv
from tests.hub.datasets.references.conftest import CSV, Owner

pytestmark = pytest.mark.django_db
SHA = hashlib.sha256(CSV).hexdigest()


def referred(alice: User, anvil: Organization, address: str, sha256: str = "") -> DatasetVersion:
    reference = described(address, organization=anvil, sha256=sha256)
    dataset = services.register_dataset(actor=alice, organization=anvil, name="Bearings", reference=reference)
    return inspected(dataset.versions.get())


def lay_out(version: DatasetVersion, place: Path) -> int:
    lay_out_reference(version, place, lambda _share: None, isolated=False)
    return int(pq.read_metadata(place).num_rows)


def test_the_hub_keeps_the_report_and_not_the_bytes(
    server: Owner, alice: User, anvil: Organization, tmp_path: Path
) -> None:
    version = referred(alice, anvil, server.at("/bearings.csv"))
    assert (version.status, version.rows) == (VersionStatus.READY, 300), version.refusal
    assert version.reference is not None
    assert (version.reference["sha256"], version.reference["size"]) == (SHA, len(CSV))
    assert [field["name"] for field in version.inspection["fields"]] == ["age", "sick"]
    assert version.commit is not None
    (entry,) = version.commit.files.all()
    assert entry.blob == Blob.objects.get()
    with open_blob(entry.blob) as kept:
        assert json.load(kept) == {"kind": "https", "sha256": SHA, "size": len(CSV)}
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]

    services.profile_version(version.pk, isolated=False)
    version.refresh_from_db()
    assert version.profile["state"] == "ready"


@pytest.mark.parametrize("path", ["/missing.csv", "/notes.bin"])
def test_what_cannot_be_read_is_refused(path: str, server: Owner, alice: User, anvil: Organization) -> None:
    server.answers["/notes.bin"] = bytes(range(256)) * 8
    version = referred(alice, anvil, server.at(path))
    assert version.status == VersionStatus.REFUSED
    assert version.refusal


def test_another_hash_than_announced_is_refused(server: Owner, alice: User, anvil: Organization) -> None:
    assert referred(alice, anvil, server.at("/bearings.csv"), SHA).status == VersionStatus.READY
    refused = referred(alice, anvil, server.at("/bearings.csv"), "0" * 64)
    assert "SHA-256" in str(refused.refusal)


def test_training_reads_it_where_it_lies_and_notices_a_change(
    folder: Path, alice: User, anvil: Organization, tmp_path: Path
) -> None:
    version = referred(alice, anvil, f"{folder}/bearings.csv")
    work = tmp_path / "run"
    work.mkdir()
    assert lay_out(version, work / "0.parquet") == 300
    assert [path.name for path in work.iterdir()] == ["0.parquet"]
    (folder / "bearings.csv").write_bytes(CSV + b"99,1\n")
    with pytest.raises(ChangedReferenceError, match="“Bearings” v1"):
        lay_out(version, work / "1.parquet")
    (folder / "bearings.csv").unlink()
    with pytest.raises(UnreachableError, match="“Bearings” v1 lies with its owner") as refusal:
        lay_out(version, work / "1.parquet")
    assert str(folder) not in str(refusal.value)
    assert [path.name for path in work.iterdir()] == ["0.parquet"]


def test_the_owner_has_it_checked_again(folder: Path, alice: User, anvil: Organization) -> None:
    version = referred(alice, anvil, f"{folder}/bearings.csv")

    def seen() -> tuple[Any, Any, Any]:
        services.check_reference(version.pk)
        version.refresh_from_db()
        told = version.reference or {}
        return told["reachable"], told.get("changed"), told["sha256"]

    assert seen() == (True, False, SHA)
    (folder / "bearings.csv").write_bytes(b"a,b\n1,2\n")
    assert seen() == (True, True, SHA)
    (folder / "bearings.csv").unlink()
    assert seen()[0] is False


def test_pages_of_a_version_by_reference(
    server: Owner, alice: User, anvil: Organization, browse: Callable[[User], Client]
) -> None:
    """Alice registers by address on the page, and finds it with its versions; nobody finds rows."""
    page = browse(alice)
    asked = {"address": server.at("/bearings.csv"), "name": "Bearings", "organization": anvil.pk, "visibility": "hub"}
    refused = page.post("/datasets/reference/", {**asked, "address": "http://10.0.0.1/a.csv"})
    assert b"https://" in refused.content
    assert not Dataset.objects.exists()
    assert page.post("/datasets/reference/", asked).url == "/datasets/anvil/bearings/?tab=data"  # type: ignore[attr-defined]
    inspected(DatasetVersion.objects.get())
    for tab in ("", "?tab=rows", "?tab=versions"):
        answer = page.get(f"/datasets/anvil/bearings/{tab}")
        assert answer.status_code == 200
        assert (server.host in answer.content.decode()) == (tab == "?tab=versions")
    assert page.get("/api/v1/datasets/anvil/bearings/versions/1/rows/").status_code == 409
    again = page.post("/datasets/anvil/bearings/versions/reference/", {"address": server.at("/bearings.csv")})
    assert again.status_code == 302
    assert page.post("/datasets/anvil/bearings/versions/1/check/").status_code == 302
    assert Dataset.objects.get().versions.count() == 2


def test_only_the_owners_people_read_the_address(
    server: Owner, alice: User, carol: User, anvil: Organization, browse: Callable[[User], Client]
) -> None:
    server.answers["/bearings.csv?key=secret"] = CSV
    version = referred(alice, anvil, server.at("/bearings.csv?key=secret"))
    Dataset.objects.update(visibility="hub")
    for address in ("/datasets/anvil/bearings/", "/datasets/anvil/bearings/?tab=versions"):
        page = browse(carol).get(address)
        assert page.status_code == 200
        assert "secret" not in page.content.decode()
    assert "secret" not in browse(carol).get("/api/v1/datasets/anvil/bearings/versions/").content.decode()
    assert version.status == VersionStatus.READY


def test_by_the_api(server: Owner, alice: User, anvil: Organization, browse: Callable[[User], Client]) -> None:
    asked: dict[str, Any] = {"organization": "anvil", "name": "Bearings"}

    def post(address: str, body: dict[str, Any]) -> int:
        return browse(alice).post(address, body, content_type="application/json").status_code

    reference = {"address": server.at("/bearings.csv"), "sha256": SHA}
    assert post("/api/v1/datasets/", {**asked, "reference": reference}) == 201
    assert post("/api/v1/datasets/anvil/bearings/versions/", {"reference": reference}) == 201
    assert post("/api/v1/datasets/", {**asked, "reference": {"address": "https://127.0.0.1/a"}}) == 409
    upload = str(registered_csv(alice, anvil, name="Other").versions.get().upload_id)
    assert post("/api/v1/datasets/", {**asked, "reference": reference, "upload": upload}) == 422


def test_who_may_not_register_learns_nothing_about_what_was_opened_to_the_owner(
    folder: Path, alice: User, erin: User, carol: User, anvil: Organization, browse: Callable[[User], Client]
) -> None:
    registered_csv(alice, anvil, visibility="hub")
    (folder / "bearings.csv").write_bytes(CSV)

    def ask(person: User, door: str, address: str) -> tuple[int, bytes]:
        body = {"name": "Probe", "organization": "anvil", "reference": {"address": address}}
        answer = browse(person).post(door, body, content_type="application/json")
        return answer.status_code, answer.content

    for door, people in (
        ("/api/v1/datasets/anvil/bearings/versions/", (erin, carol)),
        ("/api/v1/datasets/", (erin,)),
    ):
        for person in people:
            addresses = (str(folder / "bearings.csv"), str(folder / "none.csv"), "/etc/passwd", "s3://plant-7/a.csv")
            answers = {ask(person, door, address) for address in addresses}
            assert [status for status, _said in answers] == [403]
    assert ask(alice, "/api/v1/datasets/anvil/bearings/versions/", str(folder / "bearings.csv"))[0] == 201
    assert ask(carol, "/api/v1/datasets/", str(folder / "bearings.csv"))[0] == 400
    assert DatasetVersion.objects.exclude(reference=None).count() == 1
