"""An organization's keys on its pages and in the API: owners renew and destroy them, nobody else sees them."""

from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.datasets.models import Dataset, VersionStatus
from chainhub.datasets.services import restore_dataset
from chainhub.organizations.models import Organization
from chainhub.repositories import raw, tasks
from chainhub.repositories.models import Blob, DataKey
from chainhub.repositories.storage import store_bytes
from tests.factories import datasets as make

Browse = Callable[[User | None], Client]
JSON = "application/json"
API = "/api/v1/organizations/anvil/keys/"


TABLE = b"heat,grade\n" + b"".join(b"%d,%s\n" % (n, b"ab"[n % 2 : n % 2 + 1]) for n in range(200))


@pytest.fixture
def files(anvil: Organization) -> list[Blob]:
    return [store_bytes(content, owner=anvil) for content in (b"iron", b"steel")]


@pytest.fixture
def alice_client(alice: User, browse: Browse) -> Client:
    return browse(alice)


def page(client: Client, more: str = "") -> str:
    return client.get(f"/organizations/anvil/keys/{more}").content.decode()


@pytest.mark.usefixtures("files")
def test_the_owner_sees_the_keys_and_renews_them(alice_client: Client, anvil: Organization) -> None:
    assert "/organizations/anvil/keys/" in alice_client.get("/organizations/anvil/").content.decode()
    assert "in use" in page(alice_client)
    answer = alice_client.post("/organizations/anvil/keys/rotate/", follow=True)
    said = answer.content.decode()
    assert "Key 2 takes all new files" in said
    assert "replaced" in said
    tasks.reseal_blobs(anvil.pk)
    assert set(Blob.objects.values_list("key__number", flat=True)) == {2}


@pytest.mark.usefixtures("files")
def test_a_click_alone_destroys_nothing(alice_client: Client) -> None:
    answer = alice_client.post("/organizations/anvil/keys/destroy/", {"confirmation": "anvil"})
    assert answer.status_code == 422
    assert "exactly as it is" in answer.content.decode()
    assert alice_client.post("/organizations/anvil/keys/destroy/").status_code == 422
    assert not Blob.objects.filter(lost=True).exists()


@pytest.mark.usefixtures("files")
def test_the_typed_name_destroys_all(alice_client: Client, anvil: Organization) -> None:
    answer = alice_client.post("/organizations/anvil/keys/destroy/", {"confirmation": anvil.name}, follow=True)
    assert "2 files can never be read again" in answer.content.decode()
    assert "destroyed" in page(alice_client)
    assert not any(bytes(key.wrapped) for key in DataKey.objects.all())


@pytest.mark.usefixtures("files")
def test_nobody_else_finds_the_page(erin: User, bob: User, carol: User, client: Client, browse: Browse) -> None:
    for person in map(browse, (erin, bob, carol)):
        assert person.get("/organizations/anvil/keys/").status_code == 404
        assert person.post("/organizations/anvil/keys/rotate/").status_code == 404
        assert person.post("/organizations/anvil/keys/destroy/", {"confirmation": "Anvil Steel"}).status_code == 404
    assert client.get("/organizations/anvil/keys/").status_code == 302
    assert DataKey.objects.filter(retired_at=None).count() == 1


@pytest.mark.usefixtures("files")
def test_programs_do_the_same(alice: User, bob: User, anvil: Organization, browse: Browse) -> None:
    mine, theirs = browse(alice), browse(bob)
    listed = mine.get(API).json()["results"]
    assert [(key["number"], key["files"], key["destroyed_at"]) for key in listed] == [(1, 2, None)]
    assert mine.post(f"{API}rotate/", content_type=JSON).json()["number"] == 2
    refused = mine.post(f"{API}destroy/", {"confirmation": "?"}, content_type=JSON)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["confirmation"])
    assert theirs.get(API).status_code == 404
    done = mine.post(f"{API}destroy/", {"confirmation": anvil.name}, content_type=JSON)
    assert done.json() == {"files": 2}


@pytest.fixture
def dataset(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil, TABLE.decode(), filename="data.csv")


def original(dataset: Dataset) -> Blob:
    commit = dataset.versions.get().commit
    assert commit is not None
    return commit.files.get(path="data.csv").blob


def address(dataset: Dataset) -> str:
    return f"{dataset.get_absolute_url()}versions/1/files/data.csv"


def test_an_upload_lies_under_the_key_of_the_organization_that_took_it(dataset: Dataset, anvil: Organization) -> None:
    version = dataset.versions.get()
    assert version.status == VersionStatus.READY
    assert version.commit is not None
    for entry in version.commit.files.select_related("blob"):
        assert entry.blob.owner == anvil
        assert entry.blob.key == DataKey.objects.get(organization=anvil)
    assert not Blob.objects.exclude(owner=anvil).exists(), "nothing of it is left anywhere else"


def test_a_download_is_plain_in_whole_and_in_part(alice_client: Client, dataset: Dataset) -> None:
    whole = alice_client.get(address(dataset))
    assert b"".join(whole.streaming_content) == TABLE  # type: ignore[attr-defined]
    assert whole["ETag"] == f'"{original(dataset).sha256}"'
    part = alice_client.get(address(dataset), headers={"range": "bytes=5-14"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, TABLE[5:15])  # type: ignore[attr-defined]


def test_a_damaged_file_is_a_sentence_and_never_wrong_bytes(alice_client: Client, dataset: Dataset) -> None:
    place = raw.folder_path(original(dataset).storage_name)
    assert place is not None
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    told = alice_client.get(address(dataset), follow=True)
    assert "is damaged" in told.content.decode()
    program = alice_client.get(f"/api/v1{address(dataset)}")
    assert (program.status_code, program.json()["code"]) == (409, "damaged-file")


def test_destroyed_keys_withdraw_the_data_for_good(alice_client: Client, alice: User, dataset: Dataset) -> None:
    alice_client.post("/organizations/anvil/keys/destroy/", {"confirmation": "Anvil Steel"})
    dataset.refresh_from_db()
    assert dataset.withdrawn_at is not None
    shown = alice_client.get(dataset.get_absolute_url())
    assert shown.status_code == 200
    assert "destroyed the keys of its files" in shown.content.decode()
    with pytest.raises(DomainError, match="stays withdrawn"):
        restore_dataset(dataset, actor=alice)
    assert "destroyed the key" in alice_client.get(address(dataset), follow=True).content.decode()
    program = alice_client.get(f"/api/v1{address(dataset)}")
    assert (program.status_code, program.json()["code"]) == (410, "destroyed-file")
