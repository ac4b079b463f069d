"""Whether an agreement is in force, and why not: the one place that pages and programs ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_noop, pgettext_lazy

from chainhub.collaborations.models import ParticipantStatus
from chainhub.core.sentences import Sentence, sentence
from chainhub.policies.models import SignedAgreement

TAKEN_BACK = gettext_noop("The owner took the permission back, or gave another in its place.")
OVER = gettext_noop("Its last day was %(day)s (UTC).")
CLOSED = gettext_noop("The collaboration “%(name)s” was closed.")
WITHDRAWN = gettext_noop("The owner has withdrawn the data; once it is restored, the agreement holds again.")
LEFT = gettext_noop("%(name)s does not take part in “%(collaboration)s” now.")


class Force(models.TextChoices):
    """How an agreement stands."""

    IN_FORCE = "in-force", pgettext_lazy("agreement", "In force")
    SUSPENDED = "suspended", pgettext_lazy("agreement", "Suspended")
    ENDED = "ended", pgettext_lazy("agreement", "Ended")


@dataclass(frozen=True)
class Standing:
    """`since` and `why` are None where it is in force; `since` also where nobody wrote down when."""

    force: Force
    since: datetime | None = None
    why: Sentence | None = None

    @property
    def holds(self) -> bool:
        return self.force == Force.IN_FORCE


def standing_of(agreement: SignedAgreement) -> Standing:
    """What ended it goes before what only suspends it; the first of several ends counts."""
    if ends := _ends(agreement):
        since, why = min(ends, key=lambda one: one[0])
        return Standing(Force.ENDED, since, why)
    dataset = agreement.request.dataset
    if dataset.withdrawn_at:
        return Standing(Force.SUSPENDED, dataset.withdrawn_at, sentence(WITHDRAWN))
    return _without(agreement) or Standing(Force.IN_FORCE)


def _ends(agreement: SignedAgreement) -> list[tuple[datetime, Sentence]]:
    grant, collaboration = agreement.grant, agreement.request.collaboration
    found = []
    if grant.revoked_at:
        found.append((grant.revoked_at, sentence(TAKEN_BACK)))
    if grant.until and grant.until <= timezone.now():
        day = (grant.until - timedelta(days=1)).date()  # `until` is the first moment after it
        found.append((grant.until, sentence(OVER, day=day.isoformat())))
    if collaboration.closed_at:
        found.append((collaboration.closed_at, sentence(CLOSED, name=collaboration.name)))
    return found


def _without(agreement: SignedAgreement) -> Standing | None:
    """One of the two has left the collaboration; invited again, it is bound again."""
    collaboration = agreement.request.collaboration
    accepted = ParticipantStatus.ACCEPTED
    there = {one.organization_id for one in collaboration.participants.all() if one.status == accepted}
    for side in (agreement.request.dataset.organization, agreement.request.organization):
        if side.pk not in there:
            why = sentence(LEFT, name=side.name, collaboration=collaboration.name)
            return Standing(Force.SUSPENDED, why=why)
    return None
