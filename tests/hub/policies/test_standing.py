"""An agreement says that it is in force only while it is: for its pages and for programs, by one predicate."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainhub.core.sentences import render
from chainhub.datasets.models import Grant
from chainhub.datasets.services import restore_dataset, withdraw_dataset
from chainhub.policies import services
from chainhub.policies.models import SignedAgreement
from chainhub.policies.standing import standing_of
from chainhub.policies.terms import Terms
from tests.factories import datasets as make

Browse = Callable[[Any], Client]
AGO = timedelta(days=3)


@pytest.fixture
def signed(alice: Any, bob: Any, anvil: Any, borealis: Any, alliance: Any) -> SignedAgreement:
    data = make.registered_csv(alice, anvil, visibility="hub")
    asked = services.request_access(data, alliance, borealis, actor=bob, purpose="Wear", terms=Terms())
    return services.accept(asked, actor=alice, read=1).agreement


def again(signed: SignedAgreement) -> SignedAgreement:
    return SignedAgreement.objects.get(pk=signed.pk)


def taken_back(signed: SignedAgreement) -> None:
    Grant.objects.update(revoked_at=timezone.now() - AGO)


def over(signed: SignedAgreement) -> None:
    Grant.objects.update(until=timezone.now() - AGO)


def closed(signed: SignedAgreement) -> None:
    type(signed.request.collaboration).objects.update(closed_at=timezone.now() - AGO)


@pytest.mark.parametrize(
    ("end", "why"), [(taken_back, "took the permission back"), (over, "Its last day was"), (closed, "was closed")]
)
def test_what_has_ended_says_when_and_why(
    browse: Browse, bob: Any, signed: SignedAgreement, end: Callable[[SignedAgreement], None], why: str
) -> None:
    assert standing_of(signed).holds
    end(signed)
    page = browse(bob).get(signed.get_absolute_url()).content.decode()
    assert f"Ended on {timezone.now() - AGO:%Y-%m-%d}" in page
    assert why in page
    assert "In force" not in page
    told = browse(bob).get(f"/api/v1/agreements/{signed.pk}/").json()
    assert not told["in_force"]
    assert told["standing"]["force"] == "ended"
    assert why in told["standing"]["why"]


def test_withdrawn_data_suspends_it_until_it_is_restored(
    browse: Browse, alice: Any, bob: Any, signed: SignedAgreement
) -> None:
    withdraw_dataset(signed.request.dataset, actor=alice)
    page = browse(bob).get(signed.get_absolute_url(), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "已暂停" in page
    assert "所有者已撤下数据" in page
    assert browse(bob).get(f"/api/v1/agreements/{signed.pk}/").json()["standing"]["force"] == "suspended"
    restore_dataset(signed.request.dataset, actor=alice)
    assert standing_of(again(signed)).holds


def test_who_left_the_collaboration_has_it_suspended(browse: Browse, bob: Any, signed: SignedAgreement) -> None:
    signed.request.collaboration.participants.filter(organization__slug="borealis").update(status="left")
    standing = standing_of(again(signed))
    assert not standing.holds
    assert render(standing.why) == "Borealis Motors does not take part in “Quality alliance” now."
    assert "Suspended" in browse(bob).get(signed.get_absolute_url()).content.decode()


def test_the_first_of_several_ends_counts(signed: SignedAgreement) -> None:
    closed(signed)
    Grant.objects.update(revoked_at=timezone.now())
    assert render(standing_of(again(signed)).why) == "The collaboration “Quality alliance” was closed."


def seen_by(client: Client, url: str, language: str = "en") -> str:
    return client.get(url, headers={"accept-language": language}).content.decode()


def test_the_pages_of_an_agreement_that_ended_say_so_and_lead_on(
    browse: Browse, bob: Any, signed: SignedAgreement
) -> None:
    """Bob finds it among what was agreed, opens it, and is led to a new request."""
    request, page = signed.request, signed.get_absolute_url()
    assert "Request access anew" not in seen_by(browse(bob), page)
    taken_back(signed)
    for url in ("/access-requests/?show=agreed", request.get_absolute_url(), page):
        assert "Ended on" in seen_by(browse(bob), url)
    shown = seen_by(browse(bob), page)
    assert "This agreement has ended" in shown
    assert "Request access anew" in shown


def test_the_page_of_a_suspended_agreement_says_so(
    browse: Browse, alice: Any, bob: Any, signed: SignedAgreement
) -> None:
    withdraw_dataset(signed.request.dataset, actor=alice)
    shown = seen_by(browse(bob), signed.get_absolute_url())
    assert "This agreement is suspended" in shown
    assert "Request access anew" not in shown, "nothing to ask for until it is restored"


def test_the_text_in_the_reader_s_language_stands_first_and_the_file_has_the_name_that_is_shown(
    browse: Browse, bob: Any, signed: SignedAgreement
) -> None:
    page = signed.get_absolute_url()
    for language, first, second in (("en", 'lang="en"', 'lang="zh-Hans"'), ("zh-hans", 'lang="zh-Hans"', 'lang="en"')):
        shown = seen_by(browse(bob), page, language)
        shown = shown[shown.index("<main") :]
        assert shown.index(f'card" {first}') < shown.index(f'card" {second}')
    name = browse(bob).get(f"{page}agreement.txt")["Content-Disposition"].split('"')[1]
    assert f"sha256sum {name}" in shown
