"""Facets: what they leave, what they count, and that they tell nobody what is not theirs to know."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.datasets import services
from chainhub.datasets.catalogue import asked_in, counted, in_order, loaded, narrowed
from chainhub.datasets.models import Dataset, DatasetVersion, Kind, Visibility
from chainhub.organizations.models import Organization
from chainhub.policies.services import set_policy
from chainhub.policies.terms import DOWNLOAD, TRAIN_FEDERATED, VIEW_ROWS, Terms
from tests.factories.datasets import granted, registered_csv


@pytest.fixture
def shelf(alice: User, dora: User, anvil: Organization, borealis: Organization, alliance: Collaboration) -> None:
    """Four datasets that everybody sees, each different in every way."""
    Organization.objects.filter(pk=anvil.pk).update(industry="Steel")
    Organization.objects.filter(pk=borealis.pk).update(industry="Motors")
    open_to_all: Any = {"visibility": Visibility.HUB}
    rolls = registered_csv(alice, anvil, name="Rolls", summary="Bearings that roll", **open_to_all)
    registered_csv(alice, anvil, name="Pictures of bearings", **open_to_all)
    registered_csv(dora, borealis, name="Axles", card_zh="轴承与车轴", **open_to_all)
    registered_csv(dora, borealis, name="Gears", **open_to_all)
    make("Pictures of bearings", kind=Kind.IMAGES, rows=5_000, days=20)
    make("Axles", kind=Kind.SERIES, rows=2_000_000, days=100)
    make("Gears", kind=Kind.TABLE, rows=20_000_000, days=900)
    granted(rolls, alliance, alice)


def make(name: str, *, kind: str, rows: int, days: int) -> None:
    Dataset.objects.filter(name=name).update(kind=kind)
    at = timezone.now() - timedelta(days=days)
    DatasetVersion.objects.filter(dataset__name=name).update(rows=rows, created_at=at)


def found(user: User, address: str) -> list[str]:
    asked = asked_in(dict(QueryDict(address).lists()))
    datasets = in_order(narrowed(Dataset.objects.visible_to(user), asked, user), asked)
    return [one.name for one in loaded(list(datasets), user)]


def counts(user: User, address: str = "") -> dict[str, dict[str, int]]:
    asked = asked_in(dict(QueryDict(address).lists()))
    facets = counted(Dataset.objects.visible_to(user), asked, user)
    return {name: {one.value: one.count for one in choices} for name, choices in facets.items()}


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("", ["Gears", "Axles", "Pictures of bearings", "Rolls"]),
        ("sort=name", ["Axles", "Gears", "Pictures of bearings", "Rolls"]),
        ("sort=rows", ["Gears", "Axles", "Pictures of bearings", "Rolls"]),
        ("q=bearing", ["Pictures of bearings", "Rolls"]),
        ("q=bearing&sort=newest", ["Pictures of bearings", "Rolls"]),
        ("q=轴承", ["Axles"]),
        ("stage=upstream", ["Pictures of bearings", "Rolls"]),
        ("stage=upstream&stage=midstream&kind=table", ["Gears", "Rolls"]),
        ("industry=Steel&kind=images", ["Pictures of bearings"]),
        ("kind=images&kind=series", ["Axles", "Pictures of bearings"]),
        ("scenario=visual-inspection", ["Rolls"]),
        ("size=small", ["Rolls"]),
        ("size=medium&size=large", ["Axles", "Pictures of bearings"]),
        ("size=huge&freshness=older", ["Gears"]),
        ("freshness=month&freshness=year", ["Axles", "Pictures of bearings"]),
        ("freshness=week&q=roll", ["Rolls"]),
        (
            "size=enormous&kind=&stage=nowhere&sort=backwards&page=x",
            ["Gears", "Axles", "Pictures of bearings", "Rolls"],
        ),
        ("industry=Steel%00", ["Pictures of bearings", "Rolls"]),
        ("q=%00", ["Gears", "Axles", "Pictures of bearings", "Rolls"]),
    ],
)
def test_an_address_leaves(shelf: None, alice: User, address: str, names: list[str]) -> None:
    assert found(alice, address) == names


def test_a_facet_counts_what_the_others_leave(shelf: None, alice: User) -> None:
    everything = counts(alice)
    assert everything["stage"] == {"upstream": 2, "midstream": 2}
    assert everything["industry"] == {"Motors": 2, "Steel": 2}
    assert everything["kind"] == {"table": 2, "series": 1, "images": 1}
    assert everything["scenario"] == {"visual-inspection": 1}
    assert everything["size"] == {"small": 1, "medium": 1, "large": 1, "huge": 1}
    assert everything["freshness"] == {"week": 1, "month": 1, "year": 1, "older": 1}
    steel = counts(alice, "stage=upstream&kind=table")
    assert steel["stage"] == {"upstream": 1, "midstream": 1}
    assert steel["kind"] == {"table": 1, "images": 1}
    assert steel["size"] == {"small": 1}
    assert counts(alice, "q=bearings")["kind"] == {"table": 1, "images": 1}


def test_what_is_chosen_can_be_unchosen(shelf: None, alice: User) -> None:
    assert counts(alice, "kind=chat&industry=Gone")["kind"]["chat"] == 0
    assert counts(alice, "industry=Gone")["industry"]["Gone"] == 0


def test_nobody_counts_what_is_not_theirs_to_see(shelf: None, alice: User, carol: User, anvil: Organization) -> None:
    registered_csv(alice, anvil, name="Kept back")
    assert counts(alice)["stage"]["upstream"] == 3
    seen = counts(carol)
    assert seen["stage"]["upstream"] == 2
    assert seen["size"]["small"] == 1
    assert "Kept back" not in found(carol, "")
    assert found(carol, "q=kept") == []


def test_an_open_card_does_not_tell_outsiders_its_scenarios(shelf: None, bob: User, carol: User) -> None:
    assert counts(bob)["scenario"] == {"visual-inspection": 1}
    assert found(bob, "scenario=visual-inspection") == ["Rolls"]
    assert counts(carol)["scenario"] == {}
    assert found(carol, "scenario=visual-inspection") == []


def test_a_grant_to_one_participant_is_counted_for_it_and_the_owner_alone(
    shelf: None, alice: User, bob: User, carol: User, dora: User, cobalt: Organization, borealis: Organization,
    alliance: Collaboration,
) -> None:  # fmt: skip
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    assert counts(carol)["scenario"] == {"visual-inspection": 1}
    services.grant_use(Dataset.objects.get(name="Axles"), alliance, actor=dora, organization=cobalt)
    services.grant_use(Dataset.objects.get(name="Pictures of bearings"), alliance, actor=alice, organization=borealis)
    for person, names in (
        (carol, ["Axles", "Rolls"]),
        (bob, ["Axles", "Pictures of bearings", "Rolls"]),
        (alice, ["Pictures of bearings", "Rolls"]),
    ):
        assert counts(person)["scenario"] == {"visual-inspection": len(names)}
        assert found(person, "scenario=visual-inspection") == names


def test_terms_are_those_that_owners_offer(shelf: None, alice: User, dora: User, carol: User) -> None:
    set_policy(Dataset.objects.get(name="Axles"), Terms(uses=(TRAIN_FEDERATED,)), actor=dora)
    set_policy(Dataset.objects.get(name="Rolls"), Terms(uses=(DOWNLOAD,)), actor=alice)
    set_policy(Dataset.objects.get(name="Rolls"), Terms(uses=(VIEW_ROWS,)), actor=alice)
    # Where an owner has written no terms, the usual ones hold: training on pooled rows, and what is less.
    assert counts(carol)["terms"] == {"train-pooled": 2, "train-federated": 3, "view-rows": 1}
    assert found(carol, "terms=view-rows") == ["Rolls"]
    assert found(carol, "terms=train-federated") == ["Gears", "Axles", "Pictures of bearings"]
    assert found(carol, "terms=download&terms=view-rows") == ["Rolls"]


def test_a_version_that_others_cannot_use_is_of_no_size(alice: User, anvil: Organization) -> None:
    registered_csv(alice, anvil, "just words", name="Refused")
    assert counts(alice)["size"] == {}
    assert found(alice, "") == ["Refused"]
    assert found(alice, "size=small") == []
