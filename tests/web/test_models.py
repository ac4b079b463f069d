"""The model pages as participants and outsiders meet them."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.organizations.models import Organization
from chainhub.registry.models import Alias, Download, ModelVersion
from tests.factories.jobs import make_job
from tests.factories.models import publish
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]

Browse = Callable[[User | None], Client]
TABS = ("overview", "explanation", "try", "use", "card", "files", "lineage", "versions")


def at(version: ModelVersion, rest: str) -> str:
    return f"{version.model.get_absolute_url()}v{version.number}/{rest}"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("tab", TABS)
def test_a_participant_opens_every_tab_and_an_outsider_finds_nothing(
    browse: Browse, bob: User, carol: User, version: ModelVersion, tab: str
) -> None:
    address = f"{version.model.get_absolute_url()}?tab={tab}"
    page = browse(bob).get(address)
    assert page.status_code == 200
    assert "Find defects" in page.content.decode()
    assert browse(carol).get(address).status_code == 404
    assert browse(None).get(address).status_code == 302


@pytest.mark.parametrize("query", ["tab=secret", "version=9", "version=nobody", "version=v0"])
def test_an_address_that_means_nothing_is_not_found(
    browse: Browse, bob: User, version: ModelVersion, query: str
) -> None:
    assert browse(bob).get(f"{version.model.get_absolute_url()}?{query}").status_code == 404


def test_the_first_screen_sets_together_beside_alone(browse: Browse, bob: User, version: ModelVersion) -> None:
    page = browse(bob).get(version.model.get_absolute_url())
    own = page.context["own"]["rows"]
    assert [row["name"] for row in own] == ["Anvil", "Borealis"]
    assert own[0]["alone"] == pytest.approx({"value": 0.7, "low": 0.68, "high": 0.72})
    assert own[0]["together"]["value"] == 0.9
    assert "better together" in page.content.decode()


def test_the_list_finds_by_name_collaboration_and_task(browse: Browse, bob: User, version: ModelVersion) -> None:
    client = browse(bob)
    for query in ("", "q=defect", "q=quality", "collaboration=quality-alliance", "task=classification", "sort=name"):
        assert b"Find defects" in client.get(f"/models/?{query}").content, query
    for query in ("q=brakes", "task=regression"):
        page = client.get(f"/models/?{query}").content.decode()
        assert "No model fits" in page
        assert "Find defects" not in page


def test_an_outsider_sees_an_empty_list_that_teaches(browse: Browse, carol: User, version: ModelVersion) -> None:
    page = browse(carol).get("/models/").content.decode()
    assert "No model yet" in page
    assert "Find defects" not in page


def test_files_arrive_with_the_hash_that_the_page_shows_and_on_record(
    browse: Browse, bob: User, version: ModelVersion
) -> None:
    client = browse(bob)
    shown = client.get(f"{version.model.get_absolute_url()}?tab=files")
    for entry in shown.context["files"]:
        answer = client.get(at(version, f"files/{entry.path}"))
        content = body(answer)
        assert hashlib.sha256(content).hexdigest() == entry.blob.sha256
        assert entry.blob.sha256 in shown.content.decode()
        assert answer["Content-Disposition"].startswith("attachment")
        assert len(content) == entry.blob.size
    assert Download.objects.filter(user=bob, version=version).count() == 7
    assert AuditEvent.objects.filter(verb="model.downloaded", actor=bob).count() == 7


def test_going_on_with_a_broken_download_is_no_second_download(
    browse: Browse, bob: User, version: ModelVersion
) -> None:
    address = at(version, "files/config.json")
    browse(bob).get(address)
    answer = browse(bob).get(address, headers={"Range": "bytes=10-"})
    assert answer.status_code == 206
    assert Download.objects.count() == 1


@pytest.mark.parametrize("part", ["bytes=1-", "bytes=-100000000", "Bytes=0-", "pages=1-2", "bytes= 0-"])
def test_nobody_takes_a_file_unseen_by_asking_for_it_in_another_way(
    browse: Browse, bob: User, version: ModelVersion, part: str
) -> None:
    answer = browse(bob).get(at(version, "files/model.safetensors"), headers={"Range": part})
    assert answer.status_code in {200, 206}
    assert Download.objects.get().user == bob


def test_the_archive_holds_every_file_as_it_is(browse: Browse, bob: User, version: ModelVersion) -> None:
    answer = browse(bob).get(at(version, "download/"))
    with zipfile.ZipFile(io.BytesIO(body(answer))) as packed:
        assert packed.testzip() is None
        for entry in version.commit.files.all():
            content = packed.read(f"{version.model.slug}-v1/{entry.path}")
            assert hashlib.sha256(content).hexdigest() == entry.blob.sha256
        assert len(packed.namelist()) == 7
    assert Download.objects.get().path == "*"


@pytest.mark.parametrize("rest", ["files/config.json", "download/", "files/missing.txt"])
def test_an_outsider_downloads_nothing(browse: Browse, carol: User, version: ModelVersion, rest: str) -> None:
    assert browse(carol).get(at(version, rest)).status_code == 404
    assert not Download.objects.exists()


def test_a_participant_without_the_newest_version_sees_only_its_own(
    browse: Browse, bob: User, alice: User, anvil: Organization, alliance: Collaboration,
    ours: DatasetVersion, version: ModelVersion,
) -> None:  # fmt: skip
    alliance.participants.filter(organization__slug="borealis").update(status="left", decided_at="2026-01-01T00:00Z")
    second = publish(make_job(alice, anvil, alliance, [ours]))
    client = browse(bob)
    assert client.get(second.get_absolute_url()).status_code == 404
    assert client.get(at(second, "files/config.json")).status_code == 404
    assert [one.number for one in client.get(version.get_absolute_url()).context["versions"]] == [1]


def test_a_dataset_that_the_reader_may_not_see_is_named_but_leads_nowhere(
    browse: Browse, bob: User, version: ModelVersion, ours: DatasetVersion
) -> None:
    Dataset.objects.filter(pk=ours.dataset_id).update(visibility="private")
    page = browse(bob).get(f"{version.model.get_absolute_url()}?tab=lineage")
    assert ours.dataset.name in page.content.decode()
    assert ours.dataset.get_absolute_url() not in page.content.decode()


def test_an_open_page_learns_of_a_newer_version(browse: Browse, bob: User, carol: User, version: ModelVersion) -> None:
    address = f"{version.model.get_absolute_url()}news/"
    assert "Version 1 has just been published." in browse(bob).get(f"{address}?seen=0").content.decode()
    assert "published" not in browse(bob).get(f"{address}?seen=1").content.decode()
    assert browse(carol).get(f"{address}?seen=0").status_code == 404


def test_only_curators_move_aliases(browse: Browse, alice: User, bob: User, version: ModelVersion) -> None:
    address = f"{version.model.get_absolute_url()}aliases/"
    browse(bob).post(address, {"name": "production", "version": 1})
    assert not Alias.objects.filter(name="production").exists()
    browse(alice).post(address, {"name": "production", "version": 1})
    assert Alias.objects.get(name="production").version == version
    browse(alice).post(f"{address}production/remove/")
    assert not Alias.objects.filter(name="production").exists()
    assert "Set an alias" not in browse(bob).get(f"{version.model.get_absolute_url()}?tab=versions").content.decode()


def test_notes_are_shown_as_safe_html(browse: Browse, alice: User, bob: User, version: ModelVersion) -> None:
    address = f"{version.model.get_absolute_url()}card/"
    browse(alice).post(address, {"text": "Not for **castings**. <script>alert(1)</script>"})
    page = browse(bob).get(f"{version.model.get_absolute_url()}?tab=card").content.decode()
    assert "<strong>castings</strong>" in page
    assert "<script>alert" not in page
    assert browse(bob).get(address).status_code == 302
    assert version.model.card_edits.count() == 1


def test_without_a_compute_node_trying_says_so(browse: Browse, bob: User, version: ModelVersion) -> None:
    client = browse(bob)
    form = client.post(at(version, "predict/"), {"field-x0": "1"})
    assert "No compute node is running" in form.content.decode()
    pasted = client.post(at(version, "predict/rows/"), {"text": "x0,x1\n1,2"})
    assert "No compute node is running" in pasted.content.decode()


def test_the_picture_door_answers_json(browse: Browse, bob: User, version: ModelVersion) -> None:
    for wrong in ("{", "[]", json.dumps({"rows": []})):
        answer = browse(bob).post(at(version, "predict/picture/"), wrong, content_type="application/json")
        assert (answer.status_code, answer.json()["detail"]) == (422, "Send one picture.")


def test_the_page_speaks_chinese(browse: Browse, bob: User, version: ModelVersion) -> None:
    client = browse(bob)
    for tab in TABS:
        page = client.get(f"{version.model.get_absolute_url()}?tab={tab}", headers={"Accept-Language": "zh-CN"})
        assert "血缘" in page.content.decode(), tab
    card = client.get(f"{version.model.get_absolute_url()}?tab=card", headers={"Accept-Language": "zh-CN"})
    assert "由 2 家机构在协作项目" in card.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_more_versions_cost_no_more_queries(
    browse: Browse, bob: User, alice: User, anvil: Organization, alliance: Collaboration, ours: DatasetVersion,
    theirs: DatasetVersion, version: ModelVersion, tab: str, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    client, address = browse(bob), f"{version.model.get_absolute_url()}?tab={tab}"
    client.get(address)
    with django_assert_max_num_queries(40) as before:
        client.get(address)
    for seed in (1, 2, 3):
        publish(make_job(alice, anvil, alliance, [ours, theirs], seed=seed))
    with django_assert_max_num_queries(len(before)):
        client.get(address)


def test_more_models_cost_no_more_queries(
    browse: Browse, bob: User, alice: User, anvil: Organization, alliance: Collaboration, ours: DatasetVersion,
    theirs: DatasetVersion, version: ModelVersion, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    client = browse(bob)
    client.get("/models/")
    with django_assert_max_num_queries(25) as before:
        client.get("/models/")
    for number in range(3):
        publish(make_job(alice, anvil, alliance, [ours, theirs], title=f"Another {number}"))
    with django_assert_max_num_queries(len(before)):
        client.get("/models/")
