"""Duties are said where files are taken, stand in the model's card, and people are reminded when the days are over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainhub.activity.models import Notice
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset
from chainhub.datasets.reads import Asked, Read, reads_of
from chainhub.datasets.services import record_download, record_export
from chainhub.policies import services
from chainhub.policies.terms import DOWNLOAD, TRAIN_POOLED, Terms
from chainhub.registry.duties import remind_of_models
from chainhub.registry.services import record_download as record_model
from tests.factories import datasets as make
from tests.factories import jobs
from tests.factories.models import publish

Browse = Callable[[Any], Client]
BOUND = Terms(uses=(TRAIN_POOLED, DOWNLOAD), name_source=True, delete_after_days=30)
KIND = "duty.delete-copies"


@pytest.fixture
def bearings(alice: Any, anvil: Any, alliance: Any) -> Dataset:
    """Anvil's, which the alliance may download and deletes after thirty days."""
    data = make.registered_csv(alice, anvil)
    services.grant_on_terms(data, alliance, actor=alice, terms=BOUND)
    return data


def in_days(days: int) -> Any:
    return timezone.now() + timedelta(days=days)


def told(person: Any) -> list[str]:
    return [render(one.sentence) for one in Notice.objects.visible_to(person).filter(kind=KIND)]


def test_whoever_took_rows_and_files_is_told_once_when_the_days_are_over(
    bearings: Dataset, alice: Any, bob: Any
) -> None:
    version = bearings.versions.get()
    record_download(version, actor=bob, path="data.csv")
    record_export(version, actor=bob)
    record_export(version, actor=alice)
    assert services.remind_to_delete() == 0
    assert services.remind_to_delete(at=in_days(29)) == 0
    assert services.remind_to_delete(at=in_days(31)) == 1, "one for all of a day"
    (said,) = told(bob)
    assert said.startswith("Bob downloaded files of “Bearings” on ")
    assert "As agreed with Anvil Steel, copies are deleted after 30 days: please delete them now." in said
    assert services.remind_to_delete(at=in_days(32)) == 0
    assert not told(alice), "the owner keeps its own"


def test_the_terms_of_the_download_bind_also_when_the_grant_has_ended(
    bearings: Dataset, alice: Any, bob: Any, alliance: Any
) -> None:
    record_export(bearings.versions.get(), actor=bob)
    services.grant_on_terms(bearings, alliance, actor=alice, terms=Terms(uses=(DOWNLOAD,), delete_after_days=90))
    record_export(bearings.versions.get(), actor=bob)
    assert services.remind_to_delete(at=in_days(31)) == 1
    assert "after 30 days" in told(bob)[0]
    assert len(told(bob)) == 1


def test_where_the_person_has_left_those_who_manage_are_told(
    bearings: Dataset, bob: Any, dora: Any, borealis: Any
) -> None:
    record_export(bearings.versions.get(), actor=bob)
    borealis.memberships.filter(user=bob).delete()
    services.remind_to_delete(at=in_days(31))
    assert not told(bob)
    assert told(dora)[0].startswith("Bob downloaded")


def test_duties_are_said_where_files_are_taken(browse: Browse, alice: Any, bob: Any, bearings: Dataset) -> None:
    page = bearings.get_absolute_url()
    for tab in ("rows", "versions"):
        seen = browse(bob).get(f"{page}?tab={tab}").content.decode()
        assert "Name Anvil Steel as the source wherever you publish or present results." in seen, tab
        assert "Delete your copies after 30 days" in seen
        assert "What you owe" not in browse(alice).get(f"{page}?tab={tab}").content.decode(), "the owner owes nothing"
    chinese = browse(bob).get(f"{page}?tab=rows", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "请注明数据来源：Anvil Steel。" in chinese


def test_a_models_card_names_the_source_and_its_files_say_what_is_owed(
    browse: Browse, alice: Any, anvil: Any, bob: Any, dora: Any, borealis: Any, alliance: Any
) -> None:
    ours, theirs = jobs.make_version(anvil, alice, name="Ours"), jobs.make_version(borealis, dora, name="Theirs")
    services.grant_on_terms(ours.dataset, alliance, actor=alice, terms=BOUND)
    jobs.grant(theirs, alliance, dora)
    made = publish(jobs.make_job(dora, borealis, alliance, [ours, theirs]))
    address = made.model.get_absolute_url()
    card = browse(bob).get(f"{address}?tab=card").content.decode()
    assert "Whoever publishes or presents results names the source: Anvil Steel." in card
    files = browse(bob).get(f"{address}?tab=files").content.decode()
    assert "Name Anvil Steel as the source" in files
    assert "Delete your copies after 30 days" in files
    assert "What you owe" not in browse(alice).get(f"{address}?tab=files").content.decode()
    record_model(made, path="*", actor=bob)
    record_model(made, path="*", actor=alice)
    assert remind_of_models(at=in_days(29)) == 0
    assert remind_of_models(at=in_days(31)) == 1
    assert remind_of_models(at=in_days(32)) == 0
    assert "As agreed with Anvil Steel" in told(bob)[0]
    assert not told(alice)


OWED = 'name-source;owner="anvil", delete-copies;days=30'


def test_files_and_rows_of_a_dataset_carry_what_is_owed(
    browse: Browse, alice: Any, bob: Any, bearings: Dataset, settings: Any
) -> None:
    """By every door: pages, API, addresses by commit; the owner owes nothing, and a head is no download."""
    page, version = bearings.get_absolute_url(), bearings.versions.get()
    assert version.commit is not None
    doors = (
        f"{page}versions/1/files/data.csv",
        f"{page}versions/1/rows.csv",
        f"{page}resolve/{version.commit.oid}/data.csv",
        f"/api/v1{page}versions/1/files/data.csv",
    )
    for door in doors:
        answer = browse(bob).get(door)
        assert (answer.status_code, answer.headers["X-ChainHub-Duties"]) == (200, OWED), door
        assert answer.headers["Link"] == f'<http://testserver{page}?tab=use>; rel="terms-of-service"'
        assert "X-ChainHub-Duties" not in browse(alice).get(door).headers
    taken = reads_of(bearings, Asked(kind=Read.DOWNLOAD)).count()
    for door in doors:
        assert browse(bob).head(door).headers["X-ChainHub-Duties"] == OWED
    assert reads_of(bearings, Asked(kind=Read.DOWNLOAD)).count() == taken
    bearings.grants.active().update(allows_download=False)
    assert [browse(bob).head(door).status_code for door in doors] == [403] * len(doors)


def test_the_api_lists_what_is_owed(browse: Browse, alice: Any, bob: Any, bearings: Dataset) -> None:
    address = f"/api/v1{bearings.get_absolute_url()}"
    naming, deleting = browse(bob).get(address).json()["duties"]
    assert naming == {"kind": "name-source", "owner": "anvil", "days": None, "text": naming["text"]}
    assert naming["text"].startswith("Name Anvil Steel as the source")
    assert (deleting["kind"], deleting["days"]) == ("delete-copies", 30)
    chinese = browse(bob).get(address, headers={"Accept-Language": "zh-hans"}).json()["duties"]
    assert chinese[1]["text"] == "请在30天后删除您的副本；届时平台会提醒您。"
    assert browse(alice).get(address).json()["duties"] == []
    assert "duties" not in browse(bob).get("/api/v1/datasets/").json()["results"][0]


def test_files_of_a_model_carry_what_is_owed(
    browse: Browse, alice: Any, anvil: Any, bob: Any, dora: Any, borealis: Any, alliance: Any
) -> None:
    ours, theirs = jobs.make_version(anvil, alice, name="Ours"), jobs.make_version(borealis, dora, name="Theirs")
    services.grant_on_terms(ours.dataset, alliance, actor=alice, terms=BOUND)
    jobs.grant(theirs, alliance, dora)
    made = publish(jobs.make_job(dora, borealis, alliance, [ours, theirs]))
    whole = f"/api/v1{made.model.get_absolute_url()}versions/{made.number}/"
    told = browse(bob).get(whole).json()
    assert [one["kind"] for one in told["duties"]] == ["name-source", "delete-copies"]
    path = told["files"][0]["path"]
    pages = f"{made.model.get_absolute_url()}v{made.number}/"
    for door in (f"{whole}files/{path}", f"{whole}download/", f"{pages}files/{path}", f"{pages}download/"):
        answer = browse(bob).get(door)
        assert (answer.status_code, answer.headers["X-ChainHub-Duties"]) == (200, OWED), door
        assert (
            answer.headers["Link"] == f'<http://testserver{made.get_absolute_url()}&tab=files>; rel="terms-of-service"'
        )
        assert "X-ChainHub-Duties" not in browse(alice).get(door).headers
    assert browse(alice).get(whole).json()["duties"] == []
