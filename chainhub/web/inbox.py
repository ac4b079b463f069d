"""What awaits a person's decision, gathered from the floors below."""

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.collaborations.models import Participant
from chainhub.jobs.models import Approval
from chainhub.organizations.permissions import MANAGERS, STEWARDS


def inbox_count(user: User) -> int:
    """Unread notices plus decisions that wait for this person."""
    return (
        Notice.objects.visible_to(user).unread().count()
        + Participant.objects.awaiting(user, MANAGERS).count()
        + Approval.objects.awaiting(user, STEWARDS).count()
    )
