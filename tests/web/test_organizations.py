"""Finding, opening and keeping organizations; joining by a link."""

import re
from collections.abc import Callable

from django.core import mail
from django.test import Client

from chainhub.accounts.models import User
from chainhub.organizations.models import Invitation, Organization, Role

Browse = Callable[[User | None], Client]
PROFILE = {"name": "Delta Glass", "short_name": "Delta", "stage": "upstream", "industry": "Glass", "colour": "5"}


def test_everybody_finds_everybody(carol: User, anvil: Organization, borealis: Organization, browse: Browse) -> None:
    page = browse(carol).get("/organizations/?q=anvil&stage=upstream").content.decode()
    assert "Anvil Steel" in page
    assert "Borealis Motors" not in page


def test_bob_opens_an_organization_and_acts_for_it(bob: User, browse: Browse) -> None:
    browser = browse(bob)
    answer = browser.post("/organizations/new/", PROFILE)
    assert answer["Location"] == "/organizations/delta/"
    page = browser.get("/organizations/delta/").content.decode()
    assert 'class="org org-5"' in page
    assert "Owner" in page


def test_a_taken_name_is_told_beside_the_field_and_nothing_is_lost(alice: User, browse: Browse) -> None:
    page = browse(alice).post("/organizations/new/", {**PROFILE, "name": "Anvil Steel"})
    html = page.content.decode()
    assert "on the hub already" in html
    assert 'value="Glass"' in html


def test_members_see_the_people_and_others_whom_to_ask(
    alice: User, erin: User, carol: User, anvil: Organization, browse: Browse
) -> None:
    inside = browse(erin).get("/organizations/anvil/").content.decode()
    assert "erin@example.test" in inside
    assert "Invite a person" not in inside
    outside = browse(carol).get("/organizations/anvil/").content.decode()
    assert "Alice" in outside
    assert "Erin" not in outside
    assert "alice@example.test" not in outside


def test_alice_changes_a_role_and_removes(alice: User, erin: User, anvil: Organization, browse: Browse) -> None:
    seat = anvil.memberships.get(user=erin)
    browser = browse(alice)
    browser.post(f"/organizations/anvil/members/{seat.pk}/role/", {"role": "steward"})
    seat.refresh_from_db()
    assert seat.role == Role.STEWARD
    browser.post(f"/organizations/anvil/members/{seat.pk}/remove/")
    assert not anvil.memberships.filter(user=erin).exists()


def test_last_owner_is_told_why_she_stays(alice: User, anvil: Organization, browse: Browse) -> None:
    seat = anvil.memberships.get(user=alice)
    page = browse(alice).post(f"/organizations/anvil/members/{seat.pk}/remove/", follow=True)
    assert "needs an owner" in page.content.decode()
    assert anvil.memberships.filter(user=alice).exists()


def test_link_is_shown_once_and_mailed(
    alice: User, anvil: Organization, browse: Browse, transactional_db: None
) -> None:
    browser = browse(alice)
    form = {"email": "frida@example.test", "role": "scientist", "days": "7"}
    page = browser.post("/organizations/anvil/invitations/", form).content.decode()
    link = re.search(r"http://testserver/join/[\w-]+/", page)
    assert link
    assert link[0] in mail.outbox[0].body
    assert link[0] not in browser.get("/organizations/anvil/").content.decode()


def test_frida_signs_up_on_the_way_in(alice: User, anvil: Organization, browse: Browse, client: Client) -> None:
    page = browse(alice).post("/organizations/anvil/invitations/", {"role": "scientist", "days": "7"}).content.decode()
    link = re.search(r"http://testserver(/join/[\w-]+/)", page)
    assert link
    door = client.get(link[1], follow=True)
    assert door.redirect_chain[0][0] == f"/accounts/login/?next={link[1]}"
    assert f"next={link[1]}" in door.content.decode().replace("%2F", "/")
    form = {"name": "Frida", "email": "frida@example.test", "password1": "quite a long one 7", "next": link[1]}
    assert client.post("/accounts/signup/", form)["Location"] == link[1]
    assert "Join Anvil" in client.get(link[1]).content.decode()
    assert client.post(link[1])["Location"] == "/organizations/anvil/"
    assert anvil.memberships.get(user__name="Frida").role == Role.SCIENTIST
    assert "no longer works" in client.get(link[1]).content.decode()


def test_link_for_another_address_says_so(alice: User, carol: User, anvil: Organization, browse: Browse) -> None:
    form = {"email": "frida@example.test", "role": "viewer", "days": "7"}
    page = browse(alice).post("/organizations/anvil/invitations/", form).content.decode()
    link = re.search(r"http://testserver(/join/[\w-]+/)", page)
    assert link
    browser = browse(carol)
    assert "This invitation is for frida@example.test" in browser.get(link[1]).content.decode()
    browser.post(link[1])
    assert not anvil.memberships.filter(user=carol).exists()


def test_invitation_is_revoked(alice: User, anvil: Organization, browse: Browse) -> None:
    browser = browse(alice)
    browser.post("/organizations/anvil/invitations/", {"role": "viewer", "days": "7"})
    number = Invitation.objects.get().pk
    browser.post(f"/organizations/anvil/invitations/{number}/revoke/")
    assert not Invitation.objects.open().exists()


def test_alice_acts_for_the_organization_that_she_chose(alice: User, cobalt: Organization, browse: Browse) -> None:
    cobalt.memberships.create(user=alice, role=Role.VIEWER)
    browser = browse(alice)
    answer = browser.post("/act-for/", {"organization": "cobalt", "next": "/me/"})
    assert answer["Location"] == "/me/"
    assert "Cobalt" in re.search(r'class="acting".*?</summary>', browser.get("/me/").content.decode(), re.S)[0]  # type: ignore[index]


def test_nobody_acts_for_a_stranger(alice: User, cobalt: Organization, browse: Browse) -> None:
    assert browse(alice).post("/act-for/", {"organization": "cobalt"}).status_code == 404
