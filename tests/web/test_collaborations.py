"""The page of a collaboration, deciding about the agreement, leading and leaving."""

from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations import agreements, services
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.organizations.models import Organization

Browse = Callable[[User | None], Client]
PAGE = "/collaborations/quality-alliance/"


@pytest.fixture
def invited(alliance: Collaboration, alice: User, carol: User, cobalt: Organization) -> Participant:
    """Carol's bank, asked to take part."""
    return services.invite_organization(alliance, cobalt, actor=alice)


def test_alice_opens_a_collaboration_and_invites(
    alice: User, borealis: Organization, cobalt: Organization, browse: Browse
) -> None:
    form = {
        "name": "Early warning", "goal": "See it coming.", "scenario": "visual-inspection",
        "agreement_text": "Only for this.", "invited": [str(borealis.pk), str(cobalt.pk)],
    }  # fmt: skip
    answer = browse(alice).post("/collaborations/new/", form)
    assert answer["Location"] == "/collaborations/early-warning/"
    together = Collaboration.objects.get()
    assert together.participants.filter(status=ParticipantStatus.INVITED).count() == 2


def test_form_begins_with_a_text_in_the_readers_language(alice: User, browse: Browse) -> None:
    browser = browse(alice)
    assert "1. Purpose" in browser.get("/collaborations/new/").content.decode()
    fragment = browser.get("/collaborations/new/agreement/?language=zh-hans").content.decode()
    assert "1. 目的" in fragment


def test_viewer_learns_whom_to_ask(erin: User, browse: Browse) -> None:
    page = browse(erin).get("/collaborations/new/").content.decode()
    assert "Whom to ask" in page


def test_page_shows_goal_participants_and_agreement(alliance: Collaboration, bob: User, browse: Browse) -> None:
    page = browse(bob).get(PAGE).content.decode()
    for expected in ("Find defects early.", "Anvil", "Borealis", "Version 1", "Image classification"):
        assert expected in page
    assert "Invite an organization" not in page


def test_outsider_finds_nothing(alliance: Collaboration, carol: User, browse: Browse) -> None:
    for address in (PAGE, f"{PAGE}agreement/", f"{PAGE}jobs/"):
        assert browse(carol).get(address).status_code == 404


def test_carol_reads_and_accepts(invited: Participant, alliance: Collaboration, carol: User, browse: Browse) -> None:
    browser = browse(carol)
    page = browser.get(f"{PAGE}agreement/").content.decode()
    assert "I have read the agreement" in page
    text = alliance.current_agreement
    assert text is not None
    address = f"{PAGE}participants/{invited.pk}/accept/"
    unread = browser.post(address, {"agreement": text.pk})
    assert unread.status_code == 422
    invited.refresh_from_db()
    assert invited.status == ParticipantStatus.INVITED
    browser.post(address, {"agreement": text.pk, "read": "on"})
    invited.refresh_from_db()
    assert invited.status == ParticipantStatus.ACCEPTED
    assert "Carol" in browser.get(f"{PAGE}agreement/").content.decode()


def test_nobody_decides_for_another_organization(invited: Participant, bob: User, dora: User, browse: Browse) -> None:
    for verb in ("accept", "decline", "leave"):
        assert browse(dora).post(f"{PAGE}participants/{invited.pk}/{verb}/").status_code == 404


def test_carol_declines(invited: Participant, carol: User, browse: Browse) -> None:
    browser = browse(carol)
    assert browser.post(f"{PAGE}participants/{invited.pk}/decline/")["Location"] == "/collaborations/"
    assert browser.get(PAGE).status_code == 404


def test_changed_text_shows_what_changed_and_asks_again(
    alliance: Collaboration, alice: User, dora: User, browse: Browse
) -> None:
    answer = browse(alice).post(f"{PAGE}agreement/amend/", {"text": "Only for this goal.\nNever on Sundays."})
    assert answer["Location"] == f"{PAGE}agreement/"
    browser = browse(dora)
    assert "The agreement has changed" in browser.get(PAGE).content.decode()
    page = browser.get(f"{PAGE}agreement/").content.decode()
    assert "<ins>Never on Sundays.</ins>" in page
    assert "<del>" not in page
    old = browser.get(f"{PAGE}agreement/?version=1").content.decode()
    assert "Replaced" in old
    assert browser.get(f"{PAGE}agreement/?version=7").status_code == 404


def test_the_same_text_is_told_beside_the_field(alliance: Collaboration, alice: User, browse: Browse) -> None:
    agreements.amend_agreement(alliance, actor=alice, text="Words.")
    page = browse(alice).post(f"{PAGE}agreement/amend/", {"text": "Words."}).content.decode()
    assert "stands already" in page


def test_leaving_says_first_what_it_affects(
    alliance: Collaboration, borealis: Organization, dora: User, browse: Browse
) -> None:
    mine = alliance.participants.get(organization=borealis)
    browser = browse(dora)
    page = browser.get(f"{PAGE}participants/{mine.pk}/leave/").content.decode()
    assert "What ends" in page
    assert "What stays" in page
    browser.post(f"{PAGE}participants/{mine.pk}/leave/")
    mine.refresh_from_db()
    assert mine.status == ParticipantStatus.LEFT


def test_alice_leads(alliance: Collaboration, alice: User, cobalt: Organization, browse: Browse) -> None:
    browser = browse(alice)
    browser.post(f"{PAGE}edit/", {"name": "Renamed", "goal": "Another."})
    browser.post(f"{PAGE}invite/", {"organization": cobalt.pk})
    assert alliance.participants.filter(organization=cobalt).exists()
    browser.post(f"{PAGE}close/")
    alliance.refresh_from_db()
    assert alliance.name == "Renamed"
    assert alliance.closed_at
    assert "Closed" in browser.get(PAGE).content.decode()


def test_dora_does_not_lead(alliance: Collaboration, dora: User, cobalt: Organization, browse: Browse) -> None:
    browser = browse(dora)
    for address in ("edit/", "invite/", "close/", "agreement/amend/"):
        browser.post(PAGE + address, {"name": "x", "goal": "y", "text": "z", "organization": cobalt.pk})
    alliance.refresh_from_db()
    assert (alliance.name, alliance.closed_at) == ("Quality alliance", None)
    assert alliance.agreements.count() == 1
    assert alliance.participants.count() == 2


def test_list_filters_by_words_and_state(alliance: Collaboration, alice: User, browse: Browse) -> None:
    browser = browse(alice)
    assert "Quality alliance" in browser.get("/collaborations/?q=defects&state=open").content.decode()
    assert "Quality alliance" not in browser.get("/collaborations/?state=closed").content.decode()
