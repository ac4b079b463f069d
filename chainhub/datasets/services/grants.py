"""Letting collaborations use a dataset, and taking that back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

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
from chainhub.organizations.models import Organization


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Terms as a grant keeps them: the JSON of `policies.terms`, and what reads ask of it as columns."""

    terms: dict[str, Any]
    needs_approval: bool = False
    until: datetime | None = None
    allows_rows: bool = False
    allows_download: bool = False
    policy_number: int | None = None


@transaction.atomic
def grant_use(
    dataset: Dataset,
    collaboration: Collaboration,
    *,
    actor: User,
    needs_approval: bool = False,
    organization: Organization | None = None,
    conditions: Conditions | None = None,
    anew: bool = False,
) -> Grant:
    """Let the collaboration's jobs use the dataset, or those of one participant (`organization`).

    Without `conditions` it is for training, and asked again it only changes `needs_approval`. Under other conditions
    than before, or with `anew`, a new grant takes the place of the old one. Its jobs are counted on (`jobs.counting`).

    Its participants then see the card and the fields (a private dataset becomes a granted one).
    """
    if not permissions.may_grant(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    _check_grantable(dataset, collaboration, organization)
    standing = dataset.grants.active().filter(collaboration=collaboration, organization=organization).first()
    if standing and not anew and _holds(standing, needs_approval, conditions):
        return standing
    replaced = standing if conditions is not None else None
    if standing and replaced is None:
        grant = _asked_or_not(standing, needs_approval=needs_approval)
    else:
        if replaced:
            _end(replaced, actor)
        wanted = asdict(conditions or Conditions(terms={}, needs_approval=needs_approval))
        where = {"dataset": dataset, "collaboration": collaboration, "organization": organization}
        grant = Grant.objects.create(granted_by=actor, **where, **wanted)
        if not standing:
            _tell_partners(grant)
    _open(dataset)
    signals.grant_changed.send(sender=Grant, grant=grant, replaced=replaced, actor=actor)
    _remember_grant(grant, actor)
    return grant


def _holds(grant: Grant, needs_approval: bool, conditions: Conditions | None) -> bool:  # noqa: FBT001 (as asked)
    if conditions is None:
        return grant.needs_approval == needs_approval
    return all(getattr(grant, name) == value for name, value in asdict(conditions).items())


def _asked_or_not(grant: Grant, *, needs_approval: bool) -> Grant:
    grant.needs_approval = needs_approval
    if grant.terms:
        grant.terms = {**grant.terms, "ask_each_job": needs_approval}
    grant.save(update_fields=["needs_approval", "terms"])
    return grant


def _open(dataset: Dataset) -> None:
    """Partners choose data by its card: a grant that they cannot see would be none."""
    if dataset.visibility == Visibility.PRIVATE:
        dataset.visibility = Visibility.GRANTED
        dataset.save(update_fields=["visibility"])


def _end(grant: Grant, actor: User) -> None:
    grant.revoked_at, grant.revoked_by = timezone.now(), actor
    grant.save(update_fields=["revoked_at", "revoked_by"])


def _remember_grant(grant: Grant, actor: User) -> None:
    names: dict[str, Any] = {"collaboration": grant.collaboration.name}
    if grant.organization:
        text = gettext_noop("%(organization)s may use “%(dataset)s” in “%(collaboration)s” on the terms agreed.")
        names["organization"] = grant.organization.name
    elif grant.needs_approval:
        text = gettext_noop("“%(collaboration)s” may train on “%(dataset)s” after asking for each job.")
    else:
        text = gettext_noop("“%(collaboration)s” may train on “%(dataset)s”.")
    where, whom = [grant.collaboration], grant.organization
    remember(grant.dataset, "granted", text, actor=actor, collaborations=where, between=whom, **names)


@transaction.atomic
def revoke_grant(grant: Grant, *, actor: User) -> Grant:
    """Take a grant back: no new job may use the data; models made before stay with their participants."""
    if not permissions.may_grant(actor, grant.dataset):
        raise PermissionDenied
    _revoke([grant.pk], actor=actor)
    grant.refresh_from_db()
    return grant


@transaction.atomic
def revoke_grants_in(participant: Participant, *, actor: User) -> int:
    """Take back all that an organization granted to a collaboration that it has left."""
    grants = Grant.objects.active().filter(
        collaboration=participant.collaboration, dataset__organization=participant.organization
    )
    return _revoke([grant.pk for grant in grants], actor=actor)


def _revoke(keys: list[int], *, actor: User) -> int:
    """Everything is locked and changed before the first word goes into the audit log (see `datasets.signals`)."""
    standing = Grant.objects.select_for_update(of=("self",)).filter(pk__in=keys, revoked_at=None).order_by("pk")
    grants = list(standing.select_related("dataset__organization", "collaboration", "organization"))
    for grant in grants:
        _end(grant, actor)
    if grants:
        signals.grants_revoked.send(sender=Grant, grants=grants, actor=actor)
    for grant in grants:
        remember(
            grant.dataset,
            "grant_revoked",
            gettext_noop("“%(collaboration)s” may no longer train on “%(dataset)s”."),
            actor=actor,
            collaborations=[grant.collaboration],
            between=grant.organization,
            collaboration=grant.collaboration.name,
        )
    return len(grants)


def _check_grantable(dataset: Dataset, collaboration: Collaboration, organization: Organization | None) -> None:
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
    if organization and not collaboration.participants.accepted().filter(organization=organization).exists():
        raise DomainError(
            gettext_noop("%(organization)s does not take part in “%(collaboration)s”."),
            organization=organization.name,
            collaboration=collaboration.name,
        )


def _tell_partners(grant: Grant) -> None:
    """Everyone who takes part, save the owner, learns that there is data to train on."""
    partners = Participant.objects.accepted().filter(collaboration=grant.collaboration)
    if grant.organization:
        partners = partners.filter(organization=grant.organization)
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
