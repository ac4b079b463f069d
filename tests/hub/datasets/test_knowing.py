"""Who learns of a dataset: whom a withdrawal takes it from, and how many a card says may train on it."""

import json
from typing import Any

import pytest
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, Grant, Visibility
from chainhub.organizations.models import Organization
from tests.factories import datasets as make


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


def test_a_withdrawn_dataset_is_found_by_its_owners_people_only(
    alice: User, erin: User, bob: User, carol: User, bearings: Dataset, alliance: Collaboration, browse: Any
) -> None:
    grant = make.granted(bearings, alliance, alice)
    Grant.objects.update(allows_rows=True, allows_download=True)
    address = bearings.get_absolute_url()
    doors = (
        address, f"{address}?tab=rows", f"{address}versions/1/rows.csv", f"{address}croissant.json",
        f"/api/v1{address}", f"/api/v1{address}versions/1/fields/", f"/api/v1{address}versions/1/files/",
    )  # fmt: skip
    for visibility in (Visibility.GRANTED, Visibility.HUB):
        Dataset.objects.update(visibility=visibility)
        assert [browse(bob).get(door).status_code for door in doors] == [200] * len(doors)
        services.withdraw_dataset(bearings, actor=alice, reason="Wrong sensor")
        assert [browse(bob).get(door).status_code for door in doors] == [404] * len(doors)
        for person, seen in ((alice, True), (erin, True), (bob, False), (carol, False)):
            assert Dataset.objects.visible_to(person).exists() is seen
            assert Grant.objects.visible_to(person).filter(pk=grant.pk).exists() is seen
        services.restore_dataset(bearings, actor=alice)
    assert browse(bob).get(address).status_code == 200


def test_who_may_have_used_it_is_told_of_a_withdrawal_and_why(
    alice: User, bob: User, carol: User, borealis: Organization, cobalt: Any, bearings: Dataset, alliance: Any,
    browse: Any,
) -> None:  # fmt: skip
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    services.grant_use(bearings, alliance, actor=alice, organization=borealis)
    services.withdraw_dataset(bearings, actor=alice, reason="Wrong sensor")
    services.restore_dataset(bearings, actor=alice)
    make.granted(bearings, alliance, alice)
    services.withdraw_dataset(bearings, actor=alice)
    notices = Notice.objects.filter(kind="dataset.withdrawn").order_by("pk")
    assert [notice.user for notice in notices if notice.user in (bob, carol)] == [bob, bob, carol]
    assert str(notices[0]).endswith("no new job may use it. Reason: Wrong sensor")
    for notice in notices:
        assert browse(notice.user).get(notice.url).status_code == 200


def test_how_many_may_train_is_told_as_far_as_one_may_know(
    alice: User, bob: User, carol: User, borealis: Organization, cobalt: Any, bearings: Dataset, alliance: Any,
    browse: Any,
) -> None:  # fmt: skip
    Dataset.objects.update(visibility=Visibility.HUB)
    given = services.grant_use(bearings, alliance, actor=alice, organization=borealis)

    def told(person: User) -> tuple[int, bool]:
        """By the API, and on the card in the catalogue."""
        grants = browse(person).get(f"/api/v1{bearings.get_absolute_url()}").json()["grants"]
        (listed,) = browse(person).get("/api/v1/datasets/").json()["results"]
        assert listed["grants"] == grants
        return grants, "in 1 collaboration" in browse(person).get("/datasets/").content.decode()

    nothing, one = (0, False), (1, True)
    assert (told(alice), told(bob), told(carol)) == (one, one, nothing)
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    assert told(carol) == nothing
    make.granted(bearings, alliance, alice)
    assert (told(alice), told(bob), told(carol)) == (one, one, one)
    Grant.objects.filter(organization=None).update(until=timezone.now())
    assert (told(bob), told(carol)) == (one, nothing)
    services.revoke_grant(given, actor=alice)
    assert told(bob) == nothing


def test_the_log_tells_no_circle_of_the_others(
    alice: User, bob: User, carol: User, borealis: Organization, cobalt: Any, bearings: Dataset, alliance: Any,
    browse: Any,
) -> None:  # fmt: skip
    """Given to Bob's collaboration and, elsewhere, to Carol alone: what either exports names nobody else."""
    other = Collaboration.objects.create(
        name="Elsewhere", slug="elsewhere", initiator=bearings.organization, goal="G", created_by=alice
    )
    for organization in (bearings.organization, cobalt):
        Participant.objects.create(
            collaboration=other, organization=organization, status=ParticipantStatus.ACCEPTED, invited_by=alice
        )
    make.granted(bearings, alliance, alice)
    services.grant_use(bearings, other, actor=alice, organization=cobalt)
    services.withdraw_dataset(bearings, actor=alice)
    services.restore_dataset(bearings, actor=alice)
    told = {person: exported(browse(person)) for person in (alice, bob, carol)}
    acts = ["dataset.withdrawn", "dataset.restored"]
    for person, mine, hidden in ((bob, alliance, (cobalt, other)), (carol, cobalt, (alliance, other, borealis))):
        found = [row for row in told[person] if row["verb"] in acts]
        assert [row["verb"] for row in found] == acts
        for row in found:
            assert mine.topic in row["hashed"]
            assert not [one.topic for one in hidden if f'"{one.topic}"' in row["hashed"]]
    assert {row["verb"] for row in told[alice]} >= set(acts)


def exported(client: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(b"".join(client.get("/audit/export.json").streaming_content))
    return rows
