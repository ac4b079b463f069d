"""For whom one uploads, how much room there is, and bytes that need not travel."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.datasets import services
from chainhub.organizations.models import Membership, Organization, Role
from chainhub.repositories import limits, uploads
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.quotas import QuotaError, room_of
from tests.factories.datasets import registered_csv
from tests.web.test_uploads import BODY, DATA, TUS, Tus, encoded

SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def tus(alice: User, browse: Callable[[User], Client]) -> Tus:
    return Tus(browse(alice))


def told(**metadata: str) -> dict[str, str]:
    return {"Upload-Metadata": ",".join(f"{name} {encoded(value)}" for name, value in metadata.items())}


def test_an_upload_belongs_to_the_organization_that_is_named_or_acted_for(
    tus: Tus, alice: User, anvil: Organization, borealis: Organization
) -> None:
    Membership.objects.create(user=alice, organization=borealis, role=Role.STEWARD)
    tus.begin(3)
    tus.begin(3, **told(filename="a.csv", organization="borealis"))
    assert [one.organization for one in Upload.objects.order_by("created_at")] == [anvil, borealis]


def test_who_may_not_register_is_refused_before_the_bytes_travel(
    tus: Tus, bob: User, browse: Callable[[User], Client], cobalt: Organization
) -> None:
    answer = Tus(browse(bob)).begin(3)
    assert (answer.status_code, "data stewards" in answer.content.decode()) == (403, True)
    assert tus.begin(3, **told(organization="cobalt")).status_code == 403
    assert tus.begin(3, **told(organization="nobody")).status_code == 403
    assert not Upload.objects.exists()


def test_a_program_names_the_organization_too(alice: User, token_for: Callable[..., str], anvil: Organization) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_for(alice, 'write')}"})
    address = "/api/v1/uploads/?filename=a.csv&organization="
    assert client.post(f"{address}anvil", b"a,b", content_type="text/csv").status_code == 201
    assert client.post(f"{address}cobalt", b"a,b", content_type="text/csv").status_code == 403
    assert Upload.objects.get().organization == anvil


def test_a_full_organization_is_told_before_the_bytes_travel(tus: Tus, anvil: Organization) -> None:
    call_command("set_quota", "anvil", "15kB", verbosity=0)
    begun = tus.begin(len(DATA))
    assert begun.status_code == 201
    answer = tus.begin(len(DATA))
    assert answer.status_code == 413
    assert answer.content.decode().startswith("Anvil Steel uses 10.2 kB of its 15 kB; this needs 10.2 kB more.")
    assert Upload.objects.count() == 1
    tus.client.delete(begun["Location"], headers=TUS)
    assert tus.begin(len(DATA)).status_code == 201


def test_the_hubs_quota_holds_where_none_is_set(tus: Tus, anvil: Organization, settings: Any) -> None:
    settings.ORGANIZATION_QUOTA_BYTES = 100
    assert tus.begin(101).status_code == 413
    call_command("set_quota", "anvil", "none", verbosity=0)
    assert tus.begin(101).status_code == 201
    call_command("set_quota", "anvil", "default", verbosity=0)
    assert tus.begin(101).status_code == 413
    assert AuditEvent.objects.filter(verb="organization.quota-changed").count() == 2


def test_what_is_no_organizations_has_a_limit_too(alice: User, settings: Any) -> None:
    """Whole or under way, until it is registered or given up."""
    settings.PERSON_QUOTA_BYTES = 15_000
    asked = {"actor": alice, "filename": "a.csv", "size": len(DATA)}
    first = uploads.receive_file(**asked, source=io.BytesIO(DATA))
    assert first.blob is not None
    with pytest.raises(QuotaError, match=r"take 10.2 kB of the 15 kB that a person has; this needs 10.2 kB more"):
        uploads.begin_upload(**asked)
    uploads.take_upload(first, actor=alice)
    unfinished = uploads.begin_upload(**asked)
    with pytest.raises(QuotaError):
        uploads.begin_upload(**asked)
    uploads.discard_upload(unfinished)
    assert uploads.begin_upload(**asked).size == len(DATA)


def test_so_many_uploads_at_once_also_where_nothing_would_travel(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_UNFINISHED", 2)
    monkeypatch.setattr(limits, "MOST_WAITING", 3)
    here = told(filename="again.csv", sha256=SHA)
    assert tus.begin(len(DATA), body=DATA).status_code == 201
    begun = [tus.begin(3)["Location"] for _time in range(2)]
    refused = tus.begin(len(DATA), **here)
    assert (refused.status_code, refused.content.decode()[:31]) == (409, "You have 2 unfinished uploads; ")
    tus.client.delete(begun[0], headers=TUS)
    assert [tus.begin(len(DATA), **here).status_code for _time in range(3)] == [201, 201, 409]
    assert "register or remove some first" in tus.begin(3).content.decode()


@pytest.mark.parametrize(("slug", "quota"), [("nobody", "1GB"), ("anvil", "much"), ("anvil", "0")])
def test_an_operator_who_mistypes_is_told(anvil: Organization, slug: str, quota: str) -> None:
    with pytest.raises(CommandError):
        call_command("set_quota", slug, quota)


def test_equal_files_take_room_once(alice: User, anvil: Organization) -> None:
    registered_csv(alice, anvil, name="One")
    used = room_of(Organization.objects.get(pk=anvil.pk)).used
    registered_csv(alice, anvil, name="Two")
    assert room_of(anvil).used == used
    assert used == sum(blob.size for blob in Blob.objects.filter(owner=anvil))


def test_a_known_file_need_not_travel(tus: Tus) -> None:
    tus.begin(len(DATA), body=DATA)
    answer = tus.begin(len(DATA), **told(filename="again.csv", sha256=SHA.upper()))
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(DATA)))
    assert tus.stands(answer["Location"]) == len(DATA)
    assert tus.send(answer["Location"], DATA, 0).status_code == 409
    first, again = Upload.objects.order_by("created_at")
    assert again.blob == first.blob


def test_a_dataset_of_colleagues_need_not_travel_either(
    tus: Tus, dora: User, erin: User, anvil: Organization, browse: Callable[[User], Client]
) -> None:
    Membership.objects.filter(user=erin).update(role=Role.STEWARD)
    dataset = registered_csv(erin, anvil, "a,b\n1,2\n3,4\n")
    blob = dataset.versions.get().commit.files.get(path="data.csv").blob
    assert tus.begin(blob.size, **told(sha256=blob.sha256))["Upload-Offset"] == str(blob.size)
    assert "Upload-Offset" not in Tus(browse(dora)).begin(blob.size, **told(sha256=blob.sha256))


def seen(answer: Any, upload: Upload) -> tuple[Any, ...]:
    """Everything that an answer and its row tell, but for what names them and when."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Location", "Upload-Expires"}}
    row = {field.attname: getattr(upload, field.attname) for field in Upload._meta.concrete_fields}
    for name in ("id", "created_at", "expires_at", "expected_sha256"):
        del row[name]
    return answer.status_code, answer.content, headers, row


def test_anothers_file_is_as_unknown_as_any(
    tus: Tus, alice: User, dora: User, browse: Callable[[User], Client]
) -> None:
    """Borealis has the file; Alice of Anvil asks for its hash and for one that nobody has."""
    Tus(browse(dora)).begin(len(DATA), body=DATA)
    unknown = hashlib.sha256(b"nobody has this").hexdigest()
    asked = []
    for sha256 in (SHA, unknown):
        answer = tus.begin(len(DATA), **told(filename="x.csv", sha256=sha256))
        asked.append((answer, Upload.objects.get(pk=answer["Location"].rsplit("/", 1)[-1])))
    assert seen(*asked[0]) == seen(*asked[1])
    assert [tus.stands(answer["Location"]) for answer, _row in asked] == [0, 0]
    assert tus.send(asked[0][0]["Location"], DATA, 0).status_code == 204
    assert Blob.objects.filter(sha256=SHA).count() == 2


def test_a_colleagues_unfinished_business_is_unknown_too(
    tus: Tus, erin: User, browse: Callable[[User], Client]
) -> None:
    Membership.objects.filter(user=erin).update(role=Role.STEWARD)
    Tus(browse(erin)).begin(len(DATA), body=DATA)
    assert "Upload-Offset" not in tus.begin(len(DATA), **told(sha256=SHA))


def test_bytes_that_are_not_the_announced_ones_are_refused(tus: Tus) -> None:
    where = tus.begin(len(DATA), **told(filename="a.csv", sha256=SHA))["Location"]
    wrong = DATA[:-1] + b"?"
    assert tus.send(where, wrong, 0).status_code == 460
    assert tus.stands(where) == 0
    assert tus.send(where, DATA, 0).status_code == 204
    assert Upload.objects.get().blob == Blob.objects.get(sha256=SHA)
    assert tus.begin(3, **told(sha256="abc")).status_code == 422


def test_giving_up_a_finished_upload_gives_its_room_back(tus: Tus, anvil: Organization) -> None:
    first, again = (tus.begin(len(DATA), body=DATA)["Location"] for _time in range(2))
    tus.client.delete(first, headers=TUS)
    assert room_of(anvil).used == len(DATA)
    tus.client.delete(again, headers=TUS)
    assert room_of(anvil).used == 0
    assert not Blob.objects.exists()


def test_a_registered_file_is_gone_as_an_upload(tus: Tus, alice: User, anvil: Organization) -> None:
    where = tus.begin(8, body=b"a,b\n1,2\n")["Location"]
    services.register_dataset(actor=alice, organization=anvil, name="Used", upload=Upload.objects.get())
    assert tus.client.head(where, headers=TUS).status_code == 410


def test_a_path_that_leaves_the_tree_is_refused(tus: Tus) -> None:
    assert tus.begin(3, **told(filename="a.csv", path="../../a.csv")).status_code == 422
    assert tus.begin(3, **told(filename="a.csv", path="照片/好/a.csv")).status_code == 201


def test_several_files_are_registered_by_the_api_as_one(tus: Tus) -> None:
    ids = []
    for number, path in enumerate(("good/a.txt", "bad/a.txt")):
        answer = tus.begin(4, body=f"no {number}".encode(), **told(filename="a.txt", path=path))
        ids.append(answer["Location"].rsplit("/", 1)[-1])
    asked = {"organization": "anvil", "name": "Texts", "uploads": ids}
    answer = tus.client.post("/api/v1/datasets/", asked, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    package = Upload.objects.get(package=None)
    assert (package.filename, package.parts.count()) == ("files.zip", 2)
    again = tus.client.post("/api/v1/datasets/", asked, content_type="application/json")
    assert again.status_code == 409
    nothing = tus.client.post("/api/v1/datasets/", {**asked, "uploads": []}, content_type="application/json")
    assert nothing.status_code == 422


def test_the_pages_show_how_much_room_is_left(tus: Tus, anvil: Organization) -> None:
    tus.begin(len(DATA), body=DATA)
    assert "without limit" in tus.client.get("/datasets/new/").content.decode()
    call_command("set_quota", "anvil", "20kB", verbosity=0)
    for address in ("/datasets/new/", "/organizations/anvil/edit/"):
        page = tus.client.get(address).content.decode()
        assert 'value="0.5120"' in page
        assert "20 kB" in page


def test_a_body_without_a_length_arrives_too(tus: Tus) -> None:
    """As `tail … | curl -T -` sends it."""
    where = tus.begin(len(DATA))["Location"]
    told = {**TUS, "Upload-Offset": "0", "Transfer-Encoding": "chunked"}
    answer = tus.client.patch(where, DATA, content_type=BODY, headers=told, CONTENT_LENGTH="")
    assert answer["Upload-Offset"] == str(len(DATA))
    assert Upload.objects.get().blob == Blob.objects.get(sha256=SHA)


def test_curl_names_the_file_behind_the_slash(tus: Tus) -> None:
    answer = tus.client.put("/api/v1/uploads/数据.csv?organization=anvil", DATA, content_type="text/csv")
    assert answer.status_code == 201, answer.content
    assert Upload.objects.get().filename == "数据.csv"
