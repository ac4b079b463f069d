"""Opening organizations, roles, and the owner who must stay."""

import pytest

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.organizations import services
from chainhub.organizations.models import Membership, Organization, Role
from tests.conftest import person, seat


def test_who_opens_an_organization_owns_it(bob: User) -> None:
    made = services.create_organization(actor=bob, name="Cygnus Labs", short_name="Cygnus", stage="service")
    assert made.memberships.get().role == Role.OWNER
    assert made.slug == "cygnus"
    assert AuditEvent.objects.get().text == "Bob opened Cygnus Labs."


def test_a_name_is_taken_once(alice: User) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        services.create_organization(actor=alice, name="anvil STEEL", short_name="A", stage="upstream")
    assert refusal.value.field == "name"


def test_an_organization_called_new_gets_an_address_of_its_own(alice: User) -> None:
    made = services.create_organization(actor=alice, name="New", short_name="New", stage="upstream")
    assert made.slug == "new-2"


def test_a_chinese_name_gets_an_address(alice: User) -> None:
    made = services.create_organization(actor=alice, name="宝钢", short_name="宝钢", stage="upstream")
    assert made.slug == "bao-gang"


def test_the_rarest_colour_is_offered(anvil: Organization, borealis: Organization) -> None:
    assert services.free_colour() == 2


def test_viewer_cannot_change_the_profile(erin: User, anvil: Organization) -> None:
    with pytest.raises(NotAllowedError):
        services.change_organization(anvil, actor=erin, name="Erin's")


def test_owner_changes_the_profile_and_the_address_stays(alice: User, anvil: Organization) -> None:
    changed = services.change_organization(anvil, actor=alice, name="Anvil Group", colour=7)
    assert (changed.name, changed.colour, changed.slug) == ("Anvil Group", 7, "anvil")


def test_owner_makes_erin_an_admin(alice: User, erin: User, anvil: Organization) -> None:
    services.change_role(anvil.memberships.get(user=erin), actor=alice, role=Role.ADMIN)
    assert anvil.memberships.get(user=erin).role == Role.ADMIN
    assert AuditEvent.objects.get().text == "Alice made Erin Admin at Anvil Steel."


def test_admin_neither_makes_nor_unmakes_owners(alice: User, erin: User, anvil: Organization) -> None:
    admin = seat(person("Adam"), anvil, Role.ADMIN)
    with pytest.raises(NotAllowedError):
        services.change_role(anvil.memberships.get(user=erin), actor=admin, role=Role.OWNER)
    with pytest.raises(NotAllowedError):
        services.remove_member(anvil.memberships.get(user=alice), actor=admin)


def test_last_owner_cannot_leave_nor_step_down(alice: User, anvil: Organization) -> None:
    own = anvil.memberships.get(user=alice)
    with pytest.raises(DomainError, match="needs an owner"):
        services.remove_member(own, actor=alice)
    with pytest.raises(DomainError, match="needs an owner"):
        services.change_role(own, actor=alice, role=Role.VIEWER)
    assert Membership.objects.filter(user=alice).exists()


def test_second_owner_may_leave(alice: User, erin: User, anvil: Organization) -> None:
    services.change_role(anvil.memberships.get(user=erin), actor=alice, role=Role.OWNER)
    services.remove_member(anvil.memberships.get(user=alice), actor=alice)
    assert not Membership.objects.filter(user=alice).exists()


def test_anybody_leaves_but_only_managers_remove(alice: User, erin: User, anvil: Organization) -> None:
    fred = seat(person("Fred"), anvil, Role.VIEWER)
    with pytest.raises(NotAllowedError):
        services.remove_member(anvil.memberships.get(user=fred), actor=erin)
    services.remove_member(anvil.memberships.get(user=erin), actor=erin)
    services.remove_member(anvil.memberships.get(user=fred), actor=alice)
    assert anvil.memberships.count() == 1
