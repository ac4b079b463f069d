"""Pages without anything on them say what to do next, and offer it."""

from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.organizations.models import Membership, Organization, Role

Browse = Callable[[User | None], Client]


@pytest.fixture
def nobodys(db: None) -> User:
    return User.objects.create_user("nina@example.org", "pw", name="Nina")


def test_without_an_organization_the_datasets_page_offers_to_open_one(nobodys: User, browse: Browse) -> None:
    page = browse(nobodys).get("/datasets/").content.decode()
    assert '<a class="button is-primary" href="/organizations/new/">Open an organization</a>' in page
    assert "/datasets/new/" not in page


@pytest.mark.parametrize(
    ("role", "registers", "launches"),
    [(Role.OWNER, True, True), (Role.STEWARD, True, False), (Role.SCIENTIST, False, True), (Role.VIEWER, False, False)],
)
def test_an_empty_organization_offers_its_people_what_they_may_do(
    role: Role, registers: bool, launches: bool, nobodys: User, cobalt: Organization, browse: Browse
) -> None:
    Membership.objects.create(user=nobodys, organization=cobalt, role=role)
    page = browse(nobodys).get(cobalt.get_absolute_url()).content.decode()
    assert "No dataset yet" in page
    assert "No model yet" in page
    assert ('href="/datasets/new/?organization=cobalt"' in page) is registers
    assert ('href="/jobs/new/"' in page) is launches


def test_others_are_told_that_they_see_nothing(alice: User, cobalt: Organization, browse: Browse) -> None:
    page = browse(alice).get(cobalt.get_absolute_url()).content.decode()
    assert page.count("None that you may see.") == 2
    assert "/datasets/new/?" not in page


def test_the_link_names_the_organization_to_register_for(
    alice: User, anvil: Organization, cobalt: Organization, browse: Browse
) -> None:
    """Alice sits in two; the form opens with the one whose page she came from, and ignores one that is not hers."""
    client = browse(alice)
    assert client.get("/datasets/new/?organization=cobalt").context["form"].initial["organization"] == anvil
    Membership.objects.create(user=alice, organization=cobalt, role=Role.STEWARD)
    assert client.get("/datasets/new/?organization=cobalt").context["form"].initial["organization"] == cobalt
    assert client.get("/datasets/new/").context["form"].initial["organization"] == anvil
