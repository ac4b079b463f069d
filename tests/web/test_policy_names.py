"""Who works together with whom is nobody else's business: terms name a collaboration only to those who may see it."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.core.errors import DomainError
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset
from chainhub.datasets.permissions import may_download, may_see_rows
from chainhub.datasets.services import revoke_grant
from chainhub.policies import services
from chainhub.policies.models import AccessRequest
from chainhub.policies.terms import DOWNLOAD, Terms
from tests.factories import datasets as make

Browse = Callable[[Any], Client]
FORM: dict[str, Any] = {"training": "train-pooled", "rows": "none", "models_may_leave": "on"}
SECRET = "Falcon merger"


@pytest.fixture
def bearings(alice: Any, anvil: Any) -> Dataset:
    return make.registered_csv(alice, anvil, visibility="hub", target="sick")


@pytest.fixture
def falcon(alice: Any, anvil: Any, cobalt: Any) -> Collaboration:
    """Anvil works with Cobalt, and Borealis is not to know."""
    together = Collaboration.objects.create(
        name=SECRET, slug="falcon", goal="Buy.", initiator=anvil, created_by=alice, scenario=""
    )
    for who in (anvil, cobalt):
        Participant.objects.create(
            collaboration=together, organization=who, status=ParticipantStatus.ACCEPTED, invited_by=alice,
            decided_by=alice, decided_at=timezone.now(),
        )  # fmt: skip
    return together


def text(client: Client, url: str, **headers: Any) -> str:
    return client.get(url, **headers).content.decode()


def test_who_asks_is_offered_only_what_both_sides_share(
    browse: Browse, alice: Any, bob: Any, bearings: Dataset, alliance: Any, falcon: Any
) -> None:
    page = bearings.get_absolute_url()
    seen = text(browse(bob), f"{page}request/")
    assert alliance.name in seen
    assert SECRET not in seen
    assert "Cobalt" not in seen
    assert SECRET in text(browse(alice), f"{page}policy/"), "the owner chooses among all of its own"
    asked = services.request_access(
        bearings, alliance, bob.memberships.get().organization, actor=bob, purpose="Wear", terms=Terms()
    )
    services.counter(asked, Terms(max_jobs=2), actor=alice)
    seen = text(browse(bob), f"{asked.get_absolute_url()}counter/")
    assert SECRET not in seen
    assert "Cobalt" not in seen


def test_nobody_but_the_owner_tries_the_policy_and_names_read_back_nothing(
    browse: Browse, alice: Any, bob: Any, carol: Any, bearings: Dataset, alliance: Any, falcon: Any
) -> None:
    page = bearings.get_absolute_url()
    sent = {**FORM, "collaborations": "falcon"}
    assert SECRET in browse(alice).post(f"{page}policy/preview/", sent).content.decode()
    for stranger in (bob, carol):
        assert browse(stranger).post(f"{page}policy/preview/", sent).status_code == 403
    for slug in ("falcon", "nowhere"):
        tried = browse(bob).post(f"{page}request/preview/", {**FORM, "collaborations": slug}).content.decode()
        assert f"{slug} is not one of the available choices" in tried
        assert SECRET not in tried
    shared = {**FORM, "collaborations": alliance.slug, "organization": "borealis"}
    seen = browse(bob).post(f"{page}request/preview/", shared).content.decode()
    assert alliance.name in seen
    assert "Only Borealis Motors may use the data." in seen


def test_unknown_and_unseen_collaborations_get_the_same_refusal(
    alice: Any, bob: Any, borealis: Any, bearings: Dataset, alliance: Any, falcon: Any, token_for: Any
) -> None:
    said = {}
    for slug in ("falcon", "nowhere"):
        wish = {
            "dataset": "anvil/bearings", "collaboration": alliance.slug, "organization": "borealis", "purpose": "Wear",
            "terms": {"collaborations": [slug]},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {token_for(bob)}"}
        answer = Client().post("/api/v1/access-requests/", wish, content_type="application/json", headers=headers)
        assert answer.status_code == 422
        said[slug] = answer.content.decode().replace(slug, "?")
    assert said["falcon"] == said["nowhere"]
    assert not AccessRequest.objects.exists()
    asked = services.request_access(bearings, alliance, borealis, actor=bob, purpose="Wear", terms=Terms())
    services.counter(asked, Terms(max_jobs=2), actor=alice)
    with pytest.raises(DomainError, match="there is no “falcon”"):
        services.counter(asked, Terms(collaborations=("falcon", alliance.slug)), actor=bob)


def test_a_policy_names_collaborations_to_those_who_are_in_them(
    browse: Browse, alice: Any, bob: Any, carol: Any, bearings: Dataset, alliance: Any, falcon: Any
) -> None:
    services.set_policy(bearings, Terms(collaborations=("falcon", alliance.slug)), actor=alice)
    page = f"{bearings.get_absolute_url()}?tab=use"
    for insider in (alice, carol):
        assert SECRET in text(browse(insider), page)
    seen = text(browse(bob), page)
    assert f"It may be used only in: another collaboration, {alliance.name}." in seen or (
        f"It may be used only in: {alliance.name}, another collaboration." in seen
    )
    assert "另一个协作项目" in text(browse(bob), page, headers={"Accept-Language": "zh-hans"})
    for reader, knows in ((bob, False), (alice, True)):
        for address in (
            page, f"{bearings.get_absolute_url()}policy/odrl.json", "/api/v1/datasets/anvil/bearings/policies/",
            "/api/v1/datasets/anvil/bearings/policies/1/?as=odrl",
        ):  # fmt: skip
            told = text(browse(reader), address)
            assert alliance.slug in told or alliance.name in told
            assert (SECRET in told or "falcon" in told) is knows, address


def test_what_two_agree_on_names_no_third(
    browse: Browse, alice: Any, bob: Any, borealis: Any, bearings: Dataset, alliance: Any, falcon: Any
) -> None:
    """The owner writes all of its partners into an offer to one of them; the one reads of itself alone."""
    asked = services.request_access(bearings, alliance, borealis, actor=bob, purpose="Wear", terms=Terms())
    offer = Terms(collaborations=("falcon", alliance.slug), organizations=("cobalt", "borealis"))
    services.counter(asked, offer, actor=alice)
    for address in (asked.get_absolute_url(), f"/api/v1/access-requests/{asked.pk}/"):
        seen = text(browse(bob), address)
        assert alliance.slug in seen or alliance.name in seen
        for name in (SECRET, "falcon", "Cobalt", "cobalt"):
            assert name not in seen
    agreement = services.accept(asked, actor=bob, read=2).agreement
    assert "Only Borealis Motors may use the data." in agreement.text
    assert f"It may be used only in: {alliance.name}." in agreement.text
    assert SECRET not in agreement.text
    assert agreement.grant.terms["collaborations"] == [alliance.slug]


def test_what_two_negotiate_stands_in_no_thirds_audit_log(
    browse: Browse, alice: Any, bob: Any, carol: Any, borealis: Any, cobalt: Any, bearings: Dataset, alliance: Any
) -> None:
    """Cobalt takes part in the alliance as well: of what Anvil and Borealis agree on there, Carol reads nothing."""
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice,
        decided_by=carol, decided_at=timezone.now(),
    )  # fmt: skip
    asked = services.request_access(bearings, alliance, borealis, actor=bob, purpose="Wear", terms=Terms())
    services.counter(asked, Terms(max_jobs=2), actor=alice)
    grant = services.accept(asked, actor=bob, read=2).agreement.grant
    revoke_grant(grant, actor=alice)
    verbs = ("access.requested", "access.countered", "access.agreed", "dataset.granted", "dataset.grant_revoked")
    for verb in verbs:
        said = render(AuditEvent.objects.get(verb=verb).sentence)
        for side in (alice, bob):
            assert said in html.unescape(text(browse(side), f"/audit/?verb={verb}")), verb
        for address in ("/audit/", f"/audit/?topic={alliance.topic}"):
            assert said not in html.unescape(text(browse(carol), address)), (verb, address)


def test_a_closed_collaboration_lets_nobody_read_on(
    browse: Browse, alice: Any, bob: Any, bearings: Dataset, alliance: Any
) -> None:
    """The agreement says that it has ended, and the rows are the owner's again."""
    services.grant_on_terms(bearings, alliance, actor=alice, terms=Terms(uses=(DOWNLOAD,)))
    assert may_see_rows(bob, bearings)
    assert may_download(bob, bearings)
    Collaboration.objects.filter(pk=alliance.pk).update(closed_at=timezone.now())
    assert not may_see_rows(bob, bearings)
    assert not may_download(bob, bearings)
    assert may_see_rows(alice, bearings)
