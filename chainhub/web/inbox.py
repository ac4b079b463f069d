"""What awaits a person's decision, gathered from the floors below."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.collaborations.models import Participant
from chainhub.jobs.models import Approval, JobInput
from chainhub.organizations.permissions import MANAGERS, STEWARDS
from chainhub.policies.models import AccessRequest
from chainhub.policies.permissions import CONSUMERS, PROVIDERS


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Invitations and changed agreements, jobs that ask to train on the person's data, and requests for access."""

    participants: list[Participant]
    approvals: list[Approval]
    requests: list[AccessRequest]

    def __len__(self) -> int:
        return len(self.participants) + len(self.approvals) + len(self.requests)


def decisions(user: User) -> Decisions:
    """Everything that this person could decide now, oldest first."""
    participants = Participant.objects.awaiting(user, MANAGERS).select_related(
        "organization", "collaboration", "collaboration__initiator", "invited_by"
    )
    inputs = JobInput.objects.select_related("version", "version__dataset", "version__dataset__organization")
    approvals = Approval.objects.awaiting(user, STEWARDS).select_related(
        "organization", "job__organization", "job__collaboration", "job__proposed_by", "job__base"
    )
    requests = AccessRequest.objects.awaiting(user, PROVIDERS, CONSUMERS).select_related(
        "organization", "collaboration", "dataset__organization"
    )
    asked = list(approvals.prefetch_related(Prefetch("job__inputs", queryset=inputs)).order_by("pk"))
    for one in asked:
        owners = {item.version.dataset.organization_id for item in one.job.inputs.all()}
        one.by_base = one.organization_id not in owners  # type: ignore[attr-defined]
    return Decisions(
        participants=list(participants.order_by("pk")),
        approvals=asked,
        requests=list(requests.order_by("pk")),
    )


def inbox_count(user: User) -> int:
    """Unread notices plus decisions that wait for this person."""
    things: list[QuerySet[Any]] = [
        Participant.objects.awaiting(user, MANAGERS),
        Approval.objects.awaiting(user, STEWARDS),
        AccessRequest.objects.awaiting(user, PROVIDERS, CONSUMERS),
    ]
    unread = Notice.objects.visible_to(user).unread().order_by().values("pk")
    # Every page asks this: one question of the database, not four.
    return unread.union(*(one.order_by().values("pk") for one in things), all=True).count()
