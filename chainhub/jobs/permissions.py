"""Who may do what with jobs; asked inside the services and by the templates that hide buttons."""

from typing import Any

from chainhub.collaborations.models import Collaboration, Participant
from chainhub.jobs.catalogue import is_of_today
from chainhub.jobs.models import Approval, ApprovalStatus, Status, TrainingJob
from chainhub.organizations.models import Organization, OrganizationQuerySet
from chainhub.organizations.permissions import SCIENTISTS, may_launch_for, may_steward


def launching_organizations(user: Any, collaboration: Collaboration) -> OrganizationQuerySet:
    """Participants of the collaboration in whose name the person may launch."""
    partners = Participant.objects.filter(collaboration=collaboration).accepted()
    return Organization.objects.where(user, *SCIENTISTS).filter(pk__in=partners.values("organization"))


def may_propose(user: Any, organization: Organization, collaboration: Collaboration) -> bool:
    """Launch a job of the collaboration in the organization's name."""
    return launching_organizations(user, collaboration).filter(pk=organization.pk).exists()


def may_steer(user: Any, job: TrainingJob) -> bool:
    """Cancel or resume: its proposer while in the organization, and those who launch for the organization."""
    return may_launch_for(user, job.organization)


def may_cancel(user: Any, job: TrainingJob) -> bool:
    """Whether the button is there."""
    return not job.is_final and job.cancel_requested_at is None and may_steer(user, job)


def may_resume(user: Any, job: TrainingJob) -> bool:
    """Only where a checkpoint was kept, and the recipe is still the one that wrote it."""
    stopped = job.status in {Status.FAILED, Status.CANCELED} and may_steer(user, job)
    return stopped and is_of_today(job.recipe, job.recipe_version) and job.runs.exclude(checkpoint=None).exists()


def may_clone(user: Any, job: TrainingJob) -> bool:
    """Whoever may launch in the collaboration may launch something like it."""
    return launching_organizations(user, job.collaboration).exists()


def may_decide(user: Any, approval: Approval) -> bool:
    """Approve or decline in the data owner's name."""
    waits = approval.status == ApprovalStatus.PENDING and approval.job.status == Status.PENDING
    return waits and may_steward(user, approval.organization)
