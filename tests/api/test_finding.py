"""What a program finds and decides beside the nouns: search, decisions, sessions, the text to begin with."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.agreements import default_agreement
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.services import invite_organization
from chainhub.organizations.models import Organization
from tests.factories import datasets as make
from tests.factories.bases import make_base

Browse = Callable[[User | None], Client]


def found(client: Client, words: str) -> dict[str, list[str]]:
    answer = client.get("/api/v1/search/", {"q": words}).json()
    return {group["kind"]: [thing["name"] for thing in group["things"]] for group in answer}


def test_a_partner_finds_what_the_page_finds(
    alliance: Collaboration, alice: User, bob: User, anvil: Organization, browse: Browse
) -> None:
    make.registered_csv(alice, anvil, "x,y\n1,2\n3,4\n", name="Quality of bearings")
    assert found(browse(alice), "quality") == {
        "collaborations": ["Quality alliance"],
        "datasets": ["Quality of bearings"],
    }
    assert found(browse(bob), "quality") == {"collaborations": ["Quality alliance"]}
    assert found(browse(bob), "alice") == {"people": ["Alice"]}
    thing = browse(bob).get("/api/v1/search/?q=anvil").json()[0]["things"][0]
    assert thing == {"name": "Anvil Steel", "organization": "anvil", "url": "/organizations/anvil/"}


def test_a_program_finds_base_models_where_its_person_may_see_them(
    alliance: Collaboration, alice: User, bob: User, anvil: Organization, browse: Browse
) -> None:
    base = make_base(anvil, alice, name="all-MiniLM-L6-v2")
    thing = {"name": "all-MiniLM-L6-v2", "organization": "anvil", "url": base.get_absolute_url()}
    assert browse(alice).get("/api/v1/search/?q=minilm").json() == [{"kind": "bases", "things": [thing]}]
    assert browse(bob).get("/api/v1/search/?q=minilm").json() == []


@pytest.mark.parametrize("words", ["quality", "alice", "", "%00", "#1"])
def test_an_outsider_finds_nothing_of_others(words: str, alliance: Collaboration, carol: User, browse: Browse) -> None:
    assert browse(carol).get(f"/api/v1/search/?q={words}").json() == []


def test_what_waits_is_told_to_those_who_may_decide(
    alliance: Collaboration, alice: User, bob: User, carol: User, cobalt: Organization, browse: Browse
) -> None:
    invite_organization(alliance, cobalt, actor=alice)
    asked = browse(carol).get("/api/v1/decisions/").json()
    assert [(one["kind"], one["organization"], one["about"]) for one in asked] == [
        ("agreement", "cobalt", "Quality alliance")
    ]
    participant = alliance.participants.get(organization=cobalt)
    assert asked[0]["id"] == participant.pk
    answer = browse(carol).post(f"/api/v1/collaborations/{alliance.slug}/participants/{participant.pk}/decline/")
    assert answer.json()["status"] == "declined"
    assert browse(carol).get("/api/v1/decisions/").json() == []
    assert browse(bob).get("/api/v1/decisions/").json() == []


def test_a_person_sees_and_ends_sessions(alice: User, carol: User, browse: Browse, token_for: Any) -> None:
    """Alice sees two browsers and ends the other one; Carol sees none of them and ends none."""
    here, there = browse(alice), browse(alice)
    here.get("/me/")
    there.get("/me/", headers={"user-agent": "Firefox on the workshop's computer"})
    seen = here.get("/api/v1/me/sessions/").json()
    assert sorted(one["current"] for one in seen) == [False, True]
    other = next(one for one in seen if not one["current"])
    assert other["user_agent"] == "Firefox on the workshop's computer"
    assert browse(carol).delete(f"/api/v1/me/sessions/{other['id']}/").status_code == 404
    assert here.delete(f"/api/v1/me/sessions/{other['id']}/").status_code == 204
    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_a_token_signs_out_every_browser_of_its_own_person(
    alice: User, carol: User, browse: Browse, token_for: Any
) -> None:
    here, hers = browse(alice), browse(carol)
    for client in (here, hers):
        client.get("/me/")
    headers = {"Authorization": f"Bearer {token_for(alice)}"}
    assert [one["current"] for one in Client().get("/api/v1/me/sessions/", headers=headers).json()] == [False]
    assert Client().delete("/api/v1/me/sessions/", headers=headers).status_code == 204
    assert here.get("/me/").status_code == 302
    assert hers.get("/me/").status_code == 200
    assert UserSession.objects.get().user == carol


@pytest.mark.parametrize(
    ("asked", "reader", "language"),
    [("", "en", "en"), ("", "zh-hans", "zh-hans"), ("zh-hans", "en", "zh-hans"), ("xx", "en", "en")],
)
def test_the_text_of_an_agreement_to_begin_with(
    asked: str, reader: str, language: str, alice: User, browse: Browse
) -> None:
    answer = browse(alice).get(f"/api/v1/agreement-text/?language={asked}", headers={"accept-language": reader}).json()
    assert answer["language"] == language
    assert answer["text"] == default_agreement(language)
    assert ("模型" in answer["text"]) is (language == "zh-hans")


def test_a_person_lets_each_browser_choose_the_language(alice: User, browse: Browse) -> None:
    client = browse(alice)
    for language in ("zh-hans", ""):
        answer = client.patch("/api/v1/me/", {"language": language}, content_type="application/json")
        assert answer.json()["language"] == language
