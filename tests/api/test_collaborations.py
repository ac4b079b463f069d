"""Collaborations, agreements and participants for programs."""

from collections.abc import Callable

from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization

Browse = Callable[[User | None], Client]
API = "/api/v1/collaborations/"
ONE = f"{API}quality-alliance/"
JSON = "application/json"


def test_alice_opens_one_and_carol_accepts(alice: User, carol: User, browse: Browse) -> None:
    body = {
        "organization": "anvil", "name": "Early warning", "goal": "See it coming.", "scenario": "visual-inspection",
        "agreement_text": "Only for this.", "invited": ["cobalt"],
    }  # fmt: skip
    made = browse(alice).post(API, body, content_type=JSON)
    assert made.status_code == 201
    theirs = next(one for one in made.json()["participants"] if one["organization"] == "cobalt")
    browser = browse(carol)
    address = f"{API}early-warning/participants/{theirs['id']}/"
    assert browser.post(f"{address}accept/", {"version": 2}, content_type=JSON).status_code == 404
    answer = browser.post(f"{address}accept/", {"version": 1}, content_type=JSON).json()
    assert (answer["status"], answer["accepted_versions"]) == ("accepted", [1])
    text = browser.get(f"{API}early-warning/agreements/1/").json()
    assert [one["organization"] for one in text["acceptances"]] == ["anvil", "cobalt"]
    assert browser.post(f"{address}leave/").json()["status"] == "left"


def test_nobody_opens_one_for_a_stranger(alice: User, cobalt: Organization, browse: Browse) -> None:
    body = {"organization": "cobalt", "name": "X", "goal": "Y", "agreement_text": "Z"}
    answer = browse(alice).post(API, body, content_type=JSON)
    assert answer.status_code == 400
    assert "organization" in answer.json()["errors"]


def test_unknown_scenario_is_told(alice: User, browse: Browse) -> None:
    body = {"organization": "anvil", "name": "X", "goal": "Y", "agreement_text": "Z", "scenario": "alchemy"}
    assert "visual-inspection" in str(browse(alice).post(API, body, content_type=JSON).json()["errors"])


def test_initiator_leads(
    alliance: Collaboration, alice: User, dora: User, cobalt: Organization, browse: Browse
) -> None:
    assert browse(dora).patch(ONE, {"goal": "Other"}, content_type=JSON).status_code == 403
    assert browse(alice).patch(ONE, {"goal": "Other"}, content_type=JSON).json()["goal"] == "Other"
    assert browse(dora).post(f"{ONE}invite/", {"organization": "cobalt"}, content_type=JSON).status_code == 403
    assert browse(alice).post(f"{ONE}invite/", {"organization": "cobalt"}, content_type=JSON).status_code == 200
    made = browse(alice).post(f"{ONE}agreements/", {"text": "Other words."}, content_type=JSON)
    assert (made.status_code, made.json()["number"]) == (201, 2)
    assert browse(alice).post(f"{ONE}close/").json()["closed_at"]
    assert browse(alice).post(f"{ONE}close/").status_code == 409


def test_filters(alliance: Collaboration, alice: User, carol: User, browse: Browse) -> None:
    assert browse(alice).get(f"{API}?open=true&q=defects&scenario=visual-inspection").json()["count"] == 1
    assert browse(alice).get(f"{API}?open=false").json()["count"] == 0
    assert browse(carol).get(API).json()["count"] == 0


def test_dora_cannot_decide_for_anvil(alliance: Collaboration, dora: User, anvil: Organization, browse: Browse) -> None:
    theirs = alliance.participants.get(organization=anvil)
    assert browse(dora).post(f"{ONE}participants/{theirs.pk}/leave/").status_code == 403
