"""Organizations: opening one, its profile, and who belongs to it in which role."""

from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import record
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.core.slugs import free_slug
from chainhub.organizations import permissions, signals
from chainhub.organizations.models import COLOURS, Membership, Organization, Role

PROFILE = ("name", "short_name", "stage", "industry", "description", "colour")


def free_colour() -> int:
    """The colour that the fewest organizations have."""
    counted = Organization.objects.order_by().values_list("colour").annotate(taken=Count("pk"))
    taken = dict(counted.values_list("colour", "taken"))
    return min(range(COLOURS), key=lambda colour: taken.get(colour, 0))


@transaction.atomic
def create_organization(*, actor: User, name: str, short_name: str, stage: str, **profile: Any) -> Organization:
    """A new organization with the actor as its owner. Raises InvalidInputError where the name is taken."""
    if Organization.objects.filter(name__iexact=name).exists():
        raise InvalidInputError(
            gettext_noop("An organization of this name is on the hub already; ask it for an invitation."), field="name"
        )
    profile.setdefault("colour", free_colour())
    slug = free_slug(short_name or name, Organization.objects.all(), fallback="organization")
    organization = Organization.objects.create(name=name, short_name=short_name, stage=stage, slug=slug, **profile)
    Membership.objects.create(organization=organization, user=actor, role=Role.OWNER)
    _record("organization.created", gettext_noop("%(person)s opened %(organization)s."), organization, actor)
    return organization


@transaction.atomic
def change_organization(organization: Organization, *, actor: User, **profile: Any) -> Organization:
    """Change the profile; the address stays, since others have linked to it."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    _manager(actor, organization)
    if "name" in profile:
        others = Organization.objects.exclude(pk=organization.pk)
        if others.filter(name__iexact=profile["name"]).exists():
            raise InvalidInputError(gettext_noop("Another organization has this name."), field="name")
    changed = [name for name in PROFILE if name in profile and getattr(organization, name) != profile[name]]
    for name in changed:
        setattr(organization, name, profile[name])
    if changed:
        organization.save(update_fields=changed)
        signals.organization_changed.send(sender=Organization, organization=organization, changed=changed)
        text = gettext_noop("%(person)s changed the profile of %(organization)s.")
        _record("organization.changed", text, organization, actor)
    return organization


@transaction.atomic
def set_quota(organization: Organization, *, quota: int | None) -> Organization:
    """How many bytes the organization may store: 0 without limit, None as the hub gives all. Asked by the operator."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.quota_bytes != quota:
        organization.quota_bytes = quota
        organization.save(update_fields=["quota_bytes"])
        said = sentence(
            gettext_noop("The hub's operator changed the storage quota of %(organization)s."),
            organization=organization.name,
        )
        record(
            "organization.quota-changed",
            said,
            actor=None,
            topics=[organization.topic],
            target_url=organization.get_absolute_url(),
        )
    return organization


@transaction.atomic
def change_role(membership: Membership, *, actor: User, role: str) -> Membership:
    """Give a member another role. The last owner stays owner; only owners make and unmake owners."""
    membership, organization = _locked(membership)
    _manager(actor, organization)
    if membership.role == role:
        return membership
    if Role.OWNER in {membership.role, role}:
        check_may_make_owner(actor, organization)
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    text = gettext_noop("%(person)s made %(member)s %(role)s at %(organization)s.")
    shown = sentence(str(Role(role).name.capitalize()))
    _record("member.role-changed", text, organization, actor, member=str(membership.user), role=shown)
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, actor: User) -> None:
    """Take a member's seat; one's own seat anybody may leave. The last owner stays."""
    membership, organization = _locked(membership)
    leaving = membership.user_id == actor.pk
    if not leaving:
        _manager(actor, organization)
    if membership.role == Role.OWNER:
        if not leaving:
            check_may_make_owner(actor, organization)
        _keep_an_owner(membership)
    member = str(membership.user)
    membership.delete()
    if leaving:
        _record("member.left", gettext_noop("%(person)s left %(organization)s."), organization, actor)
    else:
        text = gettext_noop("%(person)s removed %(member)s from %(organization)s.")
        _record("member.removed", text, organization, actor, member=member)


def check_may_make_owner(actor: User, organization: Organization) -> None:
    """Raises NotAllowedError for all but owners."""
    if not permissions.may_make_owner(actor, organization):
        raise NotAllowedError(gettext_noop("Only an owner may give or take the role of owner."))


def _manager(actor: User, organization: Organization) -> None:
    if not permissions.may_manage(actor, organization):
        raise NotAllowedError(gettext_noop("Only owners and admins of the organization may do this."))


def _locked(membership: Membership) -> tuple[Membership, Organization]:
    # The organization's row is the lock: two owners leaving at once must not both be the last but one.
    organization = Organization.objects.select_for_update().get(pk=membership.organization_id)
    fresh = Membership.objects.select_for_update().select_related("user").get(pk=membership.pk)
    return fresh, organization


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(organization=membership.organization_id, role=Role.OWNER)
    if not owners.exclude(pk=membership.pk).exists():
        raise DomainError(gettext_noop("An organization needs an owner: make somebody else an owner first."))


def _record(verb: str, text: str, organization: Organization, actor: User, **params: Any) -> None:
    said = sentence(text, person=str(actor), organization=organization.name, **params)
    record(verb, said, actor=actor, topics=[organization.topic], target_url=organization.get_absolute_url())


def members_of(organization: Organization, *roles: str) -> list[User]:
    """The people who sit in the organization in one of the roles (any role where none is named)."""
    people = User.objects.filter(memberships__organization=organization, is_active=True)
    return list(people.filter(memberships__role__in=roles) if roles else people)
