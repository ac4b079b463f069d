"""Letting collaborations train on a dataset, and taking that back."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.core.errors import DomainError
from chainhub.core.sentences import sentence
from chainhub.datasets import permissions, signals
from chainhub.datasets.models import Dataset, Grant, VersionStatus, Visibility
from chainhub.datasets.services.history import remember


@transaction.atomic
def grant_use(
    dataset: Dataset, collaboration: Collaboration, *, actor: User, needs_approval: bool = False
) -> Grant:  # fmt: skip
    """Let the collaboration's jobs train on the dataset; asked again, it changes `needs_approval`.

    Its participants then see the card and the fields (a private dataset becomes a granted one), never the rows.
    """
    if not permissions.may_grant(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    _check_grantable(dataset, collaboration)
    grant = dataset.grants.active().filter(collaboration=collaboration).first()
    if grant and grant.needs_approval == needs_approval:
        return grant
    if grant:
        grant.needs_approval = needs_approval
        grant.save(update_fields=["needs_approval"])
    else:
        grant = Grant.objects.create(
            dataset=dataset, collaboration=collaboration, needs_approval=needs_approval, granted_by=actor
        )
        _tell_partners(grant)
    if dataset.visibility == Visibility.PRIVATE:
        # Partners choose data by its card: a grant that they cannot see would be none.
        dataset.visibility = Visibility.GRANTED
        dataset.save(update_fields=["visibility"])
    remember(
        dataset,
        "granted",
        gettext_noop("“%(collaboration)s” may train on “%(dataset)s” after asking for each job.")
        if needs_approval
        else gettext_noop("“%(collaboration)s” may train on “%(dataset)s”."),
        actor=actor,
        collaborations=[collaboration],
        collaboration=collaboration.name,
    )
    return grant


@transaction.atomic
def revoke_grant(grant: Grant, *, actor: User) -> Grant:
    """Take a grant back: no new job may use the data; models made before stay with their participants."""
    if not permissions.may_grant(actor, grant.dataset):
        raise PermissionDenied
    return _revoke(grant, actor=actor)


@transaction.atomic
def revoke_grants_in(participant: Participant, *, actor: User) -> int:
    """Take back all that an organization granted to a collaboration that it has left."""
    grants = Grant.objects.active().filter(
        collaboration=participant.collaboration, dataset__organization=participant.organization
    )
    return len([_revoke(grant, actor=actor) for grant in grants])


def _revoke(grant: Grant, *, actor: User) -> Grant:
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    if grant.revoked_at is not None:
        return grant
    grant.revoked_at, grant.revoked_by = timezone.now(), actor
    grant.save(update_fields=["revoked_at", "revoked_by"])
    signals.grant_revoked.send(sender=Grant, grant=grant, actor=actor)
    remember(
        grant.dataset,
        "grant_revoked",
        gettext_noop("“%(collaboration)s” may no longer train on “%(dataset)s”."),
        actor=actor,
        collaborations=[grant.collaboration],
        collaboration=grant.collaboration.name,
    )
    return grant


def _check_grantable(dataset: Dataset, collaboration: Collaboration) -> None:
    if dataset.withdrawn_at:
        raise DomainError(gettext_noop("The dataset is withdrawn; restore it before letting anyone train on it."))
    if not dataset.versions.filter(status=VersionStatus.READY).exists():
        raise DomainError(gettext_noop("The dataset has no usable version yet; wait until it has been inspected."))
    if not permissions.may_grant_to(dataset, collaboration):
        raise DomainError(
            gettext_noop("%(organization)s does not take part in “%(collaboration)s”."),
            organization=dataset.organization.name,
            collaboration=collaboration.name,
        )


def _tell_partners(grant: Grant) -> None:
    """Everyone who takes part, save the owner, learns that there is data to train on."""
    partners = Participant.objects.accepted().filter(collaboration=grant.collaboration)
    people = User.objects.filter(
        memberships__organization__in=partners.exclude(organization=grant.dataset.organization).values("organization")
    ).distinct()
    said = sentence(
        gettext_noop("%(organization)s lets “%(collaboration)s” train on “%(dataset)s”."),
        organization=grant.dataset.organization.name,
        collaboration=grant.collaboration.name,
        dataset=grant.dataset.name,
    )
    notify(people, "dataset.granted", said, url=grant.collaboration.get_absolute_url())
