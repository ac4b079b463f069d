"""Organizations, members and invitations for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.organizations import invitations
from chainhub.organizations.models import Organization, Role

Browse = Callable[[User | None], Client]
API = "/api/v1/organizations/"
JSON = "application/json"


def test_list_is_paged_and_filtered(alice: User, borealis: Organization, cobalt: Organization, browse: Browse) -> None:
    browser = browse(alice)
    page = browser.get(f"{API}?page_size=2").json()
    assert (page["count"], len(page["results"])) == (3, 2)
    assert page["next"]
    assert [one["slug"] for one in browser.get(f"{API}?mine=true").json()["results"]] == ["anvil"]
    assert [one["slug"] for one in browser.get(f"{API}?q=bank&stage=service").json()["results"]] == ["cobalt"]
    assert browser.get(f"{API}?stage=nowhere").status_code == 400


def test_bob_opens_an_organization(bob: User, browse: Browse) -> None:
    body = {"name": "Delta Glass", "short_name": "Delta", "stage": "upstream"}
    answer = browse(bob).post(API, body, content_type=JSON)
    assert answer.status_code == 201
    assert answer.json()["slug"] == "delta"
    again = browse(bob).post(API, body, content_type=JSON)
    assert again.status_code == 422
    assert "name" in again.json()["errors"]


def test_profile_is_changed_by_managers(alice: User, erin: User, browse: Browse) -> None:
    body = {"industry": "Sheets"}
    assert browse(erin).patch(f"{API}anvil/", body, content_type=JSON).status_code == 403
    assert browse(alice).patch(f"{API}anvil/", body, content_type=JSON).json()["industry"] == "Sheets"


def test_members_are_for_members(alice: User, erin: User, carol: User, anvil: Organization, browse: Browse) -> None:
    assert browse(carol).get(f"{API}anvil/members/").status_code == 404
    rows = browse(erin).get(f"{API}anvil/members/").json()["results"]
    assert [row["role"] for row in rows] == ["owner", "viewer"]
    seat = anvil.memberships.get(user=erin).pk
    answer = browse(alice).patch(f"{API}anvil/members/{seat}/", {"role": "steward"}, content_type=JSON)
    assert answer.json()["role"] == "steward"
    nothing = browse(alice).patch(f"{API}anvil/members/{seat}/", {}, content_type=JSON)
    assert nothing.status_code == 400  # and nobody becomes a viewer by it
    assert anvil.memberships.get(user=erin).role == "steward"
    assert browse(alice).delete(f"{API}anvil/members/{seat}/").status_code == 204


def test_last_owner_stays(alice: User, anvil: Organization, browse: Browse) -> None:
    seat = anvil.memberships.get().pk
    answer = browse(alice).delete(f"{API}anvil/members/{seat}/")
    assert answer.status_code == 409
    assert "owner" in answer.json()["detail"]


def test_link_invites_and_joins(alice: User, bob: User, anvil: Organization, browse: Browse) -> None:
    body = {"role": "scientist", "days": 3}
    link = browse(alice).post(f"{API}anvil/invitations/", body, content_type=JSON).json()["link"]
    assert link not in browse(alice).get(f"{API}anvil/invitations/").content.decode()
    token = link.rstrip("/").rsplit("/", 1)[-1]
    answer = browse(bob).post("/api/v1/join/", {"token": token}, content_type=JSON)
    assert answer.json() == {"organization": "anvil", "role": "scientist"}
    assert browse(bob).post("/api/v1/join/", {"token": token}, content_type=JSON).status_code == 404


def test_invitation_is_revoked(alice: User, erin: User, anvil: Organization, browse: Browse) -> None:
    number = browse(alice).post(f"{API}anvil/invitations/", {}, content_type=JSON).json()["id"]
    assert browse(erin).get(f"{API}anvil/invitations/").json()["results"] == []
    assert browse(alice).delete(f"{API}anvil/invitations/{number}/").status_code == 204
    assert browse(alice).get(f"{API}anvil/invitations/").json()["results"] == []


def test_refusal_speaks_the_callers_language(alice: User, anvil: Organization, browse: Browse) -> None:
    seat: Any = anvil.memberships.get().pk
    answer = browse(alice).delete(f"{API}anvil/members/{seat}/", headers={"Accept-Language": "zh-CN"})
    assert answer.json()["detail"] == "机构必须有所有者：请先将他人设为所有者。"


@pytest.mark.parametrize(("email", "for_me"), [("", True), ("bob@example.test", True), ("frida@example.test", False)])
def test_an_invitation_is_read_before_it_is_accepted(
    email: str, for_me: bool, alice: User, bob: User, anvil: Organization, browse: Browse
) -> None:
    invitation, token = invitations.invite_person(anvil, actor=alice, role=Role.STEWARD, email=email)
    offer = browse(bob).get(f"/api/v1/join/{token}/").json()
    assert (offer["organization"], offer["name"], offer["role"]) == ("anvil", "Anvil Steel", "steward")
    assert (offer["invited_by"], offer["for_me"]) == ("Alice", for_me)
    assert not anvil.memberships.filter(user=bob).exists()
    invitations.revoke_invitation(invitation, actor=alice)
    assert browse(bob).get(f"/api/v1/join/{token}/").status_code == 404
