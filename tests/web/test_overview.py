"""The first page after sign-in."""

from collections.abc import Callable

from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.services import invite_organization
from chainhub.organizations.models import Organization
from tests.conftest import person

Browse = Callable[[User | None], Client]


def test_who_belongs_nowhere_is_shown_the_first_step(db: None, browse: Browse) -> None:
    page = browse(person("Frida")).get("/").content.decode()
    assert "Welcome, Frida" in page
    assert "/organizations/new/" in page


def test_newcomers_see_the_way_and_what_they_have_done(alliance: Collaboration, alice: User, browse: Browse) -> None:
    page = browse(alice).get("/").content.decode()
    assert "The way to a first model" in page
    assert page.count("#circle-check") >= 1
    assert "Register a dataset" in page


def test_decisions_come_first(
    alliance: Collaboration, alice: User, carol: User, cobalt: Organization, browse: Browse
) -> None:
    invite_organization(alliance, cobalt, actor=alice)
    page = browse(carol).get("/").content.decode()
    assert page.index("Read and decide") < page.index("Under way")


def test_nobody_is_asked_to_sign_in(db: None, browse: Browse) -> None:
    assert browse(None).get("/")["Location"] == "/accounts/login/?next=/"
