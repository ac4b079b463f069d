"""Who may train on a dataset, who sees it, and what taking it back does."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent, Notice
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.collaborations.signals import participant_left
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets import permissions, services, signals
from chainhub.datasets.disclosure import public_report
from chainhub.datasets.models import Dataset, Grant, Visibility
from chainhub.organizations.models import Organization
from tests.factories import datasets as make


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


def test_partners_learn_of_a_grant_and_see_the_card(
    alice: User, bob: User, bearings: Dataset, alliance: Collaboration
) -> None:
    assert not Dataset.objects.visible_to(bob).exists()
    make.granted(bearings, alliance, alice)
    assert list(Dataset.objects.visible_to(bob)) == [bearings]
    assert Notice.objects.get(user=bob).kind == "dataset.granted"
    assert not permissions.may_see_rows(bob, bearings)
    assert not Dataset.objects.rows_visible_to(bob).exists()


def test_what_was_granted_to_one_partner_is_between_the_two(
    alice: User, bob: User, carol: User, borealis: Organization, cobalt: Any, bearings: Dataset, alliance: Any
) -> None:
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    grant = services.grant_use(bearings, alliance, actor=alice, organization=borealis)
    partners = {bob: True, carol: False}
    for person, seen in partners.items():
        assert Dataset.objects.visible_to(person).exists() is seen
        assert Grant.objects.visible_to(person).exists() is seen
    make.granted(bearings, alliance, alice)
    for person, seen in partners.items():
        assert Dataset.objects.visible_to(person).exists()
        assert Grant.objects.visible_to(person).filter(pk=grant.pk).exists() is seen
    assert Grant.objects.visible_to(alice).count() == 2


def test_leaving_takes_the_data_along(alice: User, bearings: Dataset, alliance: Collaboration, anvil: Any) -> None:
    make.granted(bearings, alliance, alice)
    heard: list[Grant] = []

    def hear(grants: list[Grant], **_more: Any) -> None:
        heard.extend(grants)

    signals.grants_revoked.connect(hear)
    participant = Participant.objects.get(collaboration=alliance, organization=anvil)
    participant_left.send(sender=Participant, participant=participant, actor=alice)
    signals.grants_revoked.disconnect(hear)
    assert not Grant.objects.active().exists()
    assert heard == list(Grant.objects.all())
    assert AuditEvent.objects.filter(verb="dataset.grant_revoked").count() == 1


def test_withdrawing_is_heard_and_undone(alice: User, bob: User, bearings: Dataset, alliance: Collaboration) -> None:
    make.granted(bearings, alliance, alice)
    heard: list[Dataset] = []

    def hear(datasets: list[Dataset], **_more: Any) -> None:
        heard.extend(datasets)

    signals.datasets_withdrawn.connect(hear)
    assert services.what_withdrawal_affects(bearings).collaborations == [alliance]
    services.withdraw_dataset(bearings, actor=alice, reason="Wrong sensor")
    services.withdraw_dataset(bearings, actor=alice)
    signals.datasets_withdrawn.disconnect(hear)
    assert heard == [bearings]
    assert not Dataset.objects.usable_in(alliance).exists()
    assert Notice.objects.filter(user=bob, kind="dataset.withdrawn").count() == 1
    for refused in (
        lambda: make.granted(bearings, alliance, alice, needs_approval=True),
        lambda: services.add_version(bearings, actor=alice, upload=make.uploaded(alice, "a\n1\n")),
    ):
        with pytest.raises(DomainError):
            refused()
    services.restore_dataset(bearings, actor=alice)
    assert list(Dataset.objects.usable_in(alliance)) == [bearings]


def test_only_the_owners_stewards_decide(
    bob: User, dora: User, erin: User, bearings: Dataset, alliance: Collaboration
) -> None:
    for actor in (bob, dora, erin):
        for refused in (
            lambda who=actor: make.granted(bearings, alliance, who),
            lambda who=actor: services.withdraw_dataset(bearings, actor=who),
            lambda who=actor: services.restore_dataset(bearings, actor=who),
            lambda who=actor: services.change_visibility(bearings, actor=who, visibility="hub"),
            lambda who=actor: services.update_card(bearings, actor=who, name="Mine"),
            lambda who=actor: services.set_roles(bearings, actor=who, target="site"),
            lambda who=actor: services.discard_dataset(bearings, actor=who),
            lambda who=actor: services.add_version(bearings, actor=who, upload=make.uploaded(who, "a\n1\n")),
        ):
            with pytest.raises(PermissionDenied):
                refused()


def test_a_dataset_that_was_usable_cannot_be_discarded(alice: User, bearings: Dataset) -> None:
    with pytest.raises(DomainError):
        services.discard_dataset(bearings, actor=alice)


def test_roles_name_fields_that_exist(alice: User, bearings: Dataset) -> None:
    services.set_roles(bearings, actor=alice, target="site", identifiers=["age"])
    for target, identifiers in (("nowhere", []), ("site", ["site"]), ("site", ["nowhere"])):
        with pytest.raises(InvalidInputError):
            services.set_roles(bearings, actor=alice, target=target, identifiers=identifiers)


def test_what_others_see_says_nothing_about_single_rows(alice: User, anvil: Organization) -> None:
    rows = [["name", "town"], *[[f"person {n}", "Bern" if n % 2 else "Basel"] for n in range(60)], ["x", "Rare"]]
    dataset = make.registered_csv(alice, anvil, rows, visibility=Visibility.HUB)
    version = dataset.latest_version
    assert version is not None
    report = public_report(version.inspection)
    assert "preview" not in report
    assert not any("examples" in field for field in report["fields"])
    name, town = report["fields"]
    assert "distribution" not in name
    assert {value["value"] for value in town["distribution"]["values"]} == {"Bern", "Basel"}
    assert town["distribution"]["other"] == 1
