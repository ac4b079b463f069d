"""The dataset pages, as the owner, a partner and an outsider find them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, Grant
from chainhub.organizations.models import Organization
from tests.factories import datasets as make

Browse = Callable[[User | None], Client]


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil, summary="Wear of bearings")


def address(dataset: Dataset, name: str = "dataset", *more: Any) -> str:
    return reverse(f"web:{name}", args=[dataset.organization.slug, dataset.slug, *more])


def test_the_owner_sees_every_tab(browse: Browse, alice: User, bearings: Dataset, alliance: Collaboration) -> None:
    for tab in ("data", "rows", "versions", "use"):
        page = browse(alice).get(f"{address(bearings)}?tab={tab}")
        assert page.status_code == 200
        assert "Bearings" in page.content.decode()


def test_an_outsider_finds_nothing(browse: Browse, carol: User, bearings: Dataset) -> None:
    client = browse(carol)
    assert "Bearings" not in client.get("/datasets/").content.decode()
    addresses = [
        address(bearings), address(bearings, "dataset-edit"), address(bearings, "dataset-version-new"),
        address(bearings, "dataset-file", 1, "data.csv"), address(bearings, "dataset-inspection", 1),
    ]  # fmt: skip
    assert {client.get(one).status_code for one in addresses} == {404}
    posts = ("roles", "visibility", "grant", "withdraw", "restore", "discard")
    assert {client.post(address(bearings, f"dataset-{one}")).status_code for one in posts} == {404}


def test_a_partner_sees_summaries_but_no_rows(
    browse: Browse, alice: User, bob: User, bearings: Dataset, alliance: Collaboration
) -> None:
    client = browse(bob)
    assert client.get(address(bearings)).status_code == 404
    make.granted(bearings, alliance, alice)
    assert "The rows stay with Anvil Steel" in client.get(address(bearings)).content.decode()
    rows = client.get(f"{address(bearings)}?tab=rows").content.decode()
    assert "The rows stay with Anvil Steel" in rows
    assert "<td>100</td>" not in rows
    assert client.get(address(bearings, "dataset-file", 1, "data.csv")).status_code == 403
    assert client.post(address(bearings, "dataset-withdraw")).status_code == 403


def test_an_open_card_does_not_tell_outsiders_who_works_with_whom(
    browse: Browse, alice: User, bob: User, carol: User, bearings: Dataset, alliance: Collaboration
) -> None:
    make.granted(bearings, alliance, alice)
    browse(alice).post(address(bearings, "dataset-visibility"), {"visibility": "hub"})
    assert alliance.name in browse(bob).get(f"{address(bearings)}?tab=use").content.decode()
    for tab in ("data", "use"):
        seen = browse(carol).get(f"{address(bearings)}?tab={tab}").content.decode()
        assert "Wear of bearings" in seen
        assert alliance.name not in seen
        assert alliance.slug not in seen
    assert "1 collaboration that you do not belong to may train on it." in seen


def test_registering_goes_through_the_form(browse: Browse, alice: User, anvil: Organization) -> None:
    client = browse(alice)
    assert client.get("/datasets/new/").status_code == 200
    upload = make.uploaded(alice, "a,b\n1,2\n")
    sent = {"upload": upload.pk, "organization": anvil.pk, "visibility": "private"}
    again = client.post("/datasets/new/", sent)
    assert again.status_code == 200
    assert upload.filename in again.content.decode()
    answer = client.post("/datasets/new/", {**sent, "name": "Axles"})
    dataset = Dataset.objects.get(name="Axles")
    assert answer.headers["Location"] == f"{address(dataset)}?tab=data"
    assert "is being inspected" in client.get(address(dataset)).content.decode()
    fragment = client.get(address(dataset, "dataset-inspection", 1))
    assert "HX-Refresh" not in fragment.headers
    make.inspected(dataset.versions.get())
    assert client.get(address(dataset, "dataset-inspection", 1)).headers["HX-Refresh"] == "true"


def test_a_refused_file_says_why_and_can_be_discarded(browse: Browse, alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil, "a,b\n")
    client = browse(alice)
    assert "The file has a header but no rows below it." in client.get(address(dataset)).content.decode()
    client.post(address(dataset, "dataset-discard"))
    assert not Dataset.objects.exists()


def test_the_owner_decides(browse: Browse, alice: User, bearings: Dataset, alliance: Collaboration) -> None:
    client = browse(alice)
    client.post(address(bearings, "dataset-roles"), {"target": "site", "identifiers": ["age"]})
    client.post(address(bearings, "dataset-visibility"), {"visibility": "hub"})
    client.post(address(bearings, "dataset-grant"), {"collaboration": alliance.slug, "needs_approval": "on"})
    bearings.refresh_from_db()
    assert (bearings.target, bearings.identifiers, bearings.visibility) == ("site", ["age"], "hub")
    grant = Grant.objects.get()
    assert grant.needs_approval
    client.post(address(bearings, "dataset-revoke", grant.pk))
    assert not Grant.objects.active().exists()
    client.post(address(bearings, "dataset-edit"), {"name": "Ball bearings", "card": "# Wear\n<script>x</script>"})
    page = client.get(address(bearings)).content.decode()
    assert "Ball bearings" in page
    assert "<script>x" not in page


def test_withdrawing_names_what_it_affects_and_can_be_undone(
    browse: Browse, alice: User, bearings: Dataset, alliance: Collaboration
) -> None:
    make.granted(bearings, alliance, alice)
    client = browse(alice)
    assert address(bearings, "dataset-take-back") in client.get(f"{address(bearings)}?tab=use").content.decode()
    before = client.get(address(bearings, "dataset-take-back")).content.decode()
    assert "Permissions that rest from then on" in before
    assert "Quality alliance" in before
    client.post(address(bearings, "dataset-withdraw"), {"reason": "Wrong sensor"})
    assert "Wrong sensor" in client.get(address(bearings)).content.decode()
    assert not Dataset.objects.usable_in(alliance).exists()
    client.post(address(bearings, "dataset-restore"))
    assert Dataset.objects.usable_in(alliance).exists()


def test_files_are_handed_out_in_any_part_and_never_as_active_content(
    browse: Browse, alice: User, anvil: Organization
) -> None:
    text = "x,y\n" + "1,2\n" * 10
    dataset = make.registered_csv(alice, anvil, text)
    client = browse(alice)
    where = address(dataset, "dataset-file", 1, "data.csv")
    whole = client.get(where)
    assert b"".join(whole.streaming_content) == text.encode()
    assert whole.headers["Content-Type"] == "application/octet-stream"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Disposition"].startswith("attachment;")
    assert AuditEvent.objects.filter(verb="dataset.file_downloaded").count() == 1
    part = client.get(where, headers={"Range": "bytes=4-6"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"1,2")
    assert AuditEvent.objects.filter(verb="dataset.file_downloaded").count() == 1


def test_what_one_partner_agreed_on_is_not_shown_to_another(
    browse: Browse, alice: User, bob: User, carol: User, borealis: Organization, cobalt: Organization,
    bearings: Dataset, alliance: Collaboration,
) -> None:  # fmt: skip
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    make.granted(bearings, alliance, alice)
    special = services.grant_use(bearings, alliance, actor=alice, organization=borealis)
    for person, seen in ((alice, True), (bob, True), (carol, False)):
        shown = browse(person).get(f"{address(bearings)}?tab=use")
        assert (special in shown.context["grants"]) is seen
        assert shown.context["elsewhere"] == 0


@pytest.mark.parametrize("part", ["bytes=1-", "bytes=-100000", "Bytes=0-", "rows=1-2"])
def test_nobody_takes_a_file_unseen_by_beginning_elsewhere(
    browse: Browse, alice: User, bearings: Dataset, part: str
) -> None:
    where = address(bearings, "dataset-file", 1, "data.csv")
    for _again in range(2):
        assert browse(alice).get(where, headers={"Range": part}).status_code in {200, 206}
    assert AuditEvent.objects.filter(verb="dataset.file_downloaded", actor=alice).count() == 1


def test_the_list_filters_by_owner_kind_and_words(
    browse: Browse, alice: User, anvil: Organization, bearings: Dataset, bob: User
) -> None:
    make.registered_csv(alice, anvil, name="Öfen", visibility="hub")
    client = browse(alice)

    def names(query: str) -> list[str]:
        return [one.name for one in client.get(f"/datasets/?{query}").context["page"]]

    assert names("sort=name") == ["Bearings", "Öfen"]
    assert names("q=wear") == ["Bearings"]
    assert names("scope=partners") == []
    assert names("kind=images") == []
    assert [one.name for one in browse(bob).get("/datasets/?scope=partners").context["page"]] == ["Öfen"]


@pytest.mark.parametrize("tab", ["about", "data", "rows", "versions", "use", "reads", "trained"])
def test_pages_ask_as_much_however_much_there_is(
    browse: Browse,
    alice: User,
    bearings: Dataset,
    alliance: Collaboration,
    tab: str,
    django_assert_max_num_queries: Any,
) -> None:
    client = browse(alice)
    for number in range(3):
        make.next_version(bearings, alice, f"age,pressure,site,sick\n{number},2,x,1\n2,3,y,0\n")
    make.granted(bearings, alliance, alice)
    client.get(f"{address(bearings)}?tab={tab}")  # the first look at rows is written down
    with django_assert_max_num_queries(24):
        client.get(f"{address(bearings)}?tab={tab}")


def test_the_list_asks_as_much_however_long_it_is(
    browse: Browse, alice: User, anvil: Organization, django_assert_max_num_queries: Any
) -> None:
    client = browse(alice)
    for number in range(12):
        make.registered_csv(alice, anvil, "a,b\n1,2\n2,3\n", name=f"Set {number}")
    with django_assert_max_num_queries(24):
        client.get("/datasets/")


def test_an_owner_that_no_database_takes_is_not_found(browse: Callable[[User | None], Client], alice: User) -> None:
    assert browse(alice).get("/datasets/new/?organization=a%00").status_code == 200
