"""What whoever downloads a model owes to the owners of the data it was trained on, and when they are reminded."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chainhub.activity.services import notify
from chainhub.jobs.ancestry import inputs_with_base, with_heirs
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.policies.duties import Duty, duties_of, reminder
from chainhub.policies.parsing import parse_terms
from chainhub.policies.services.reminding import LATE, whom_to_remind
from chainhub.registry.models import Download


def duties_with_model(user: Any, job: TrainingJob) -> list[Duty]:
    """On the terms that held at the launch; nothing is owed to the person's own organizations."""
    mine = set(Organization.objects.of(user).values_list("pk", flat=True))
    others = [one for one in inputs_with_base(job) if one.version.dataset.organization_id not in mine]
    return duties_of((one.version.dataset.organization, parse_terms(one.terms)) for one in others)


def sources_to_name(job: TrainingJob) -> list[str]:
    """Owners whom results name, by the terms that held at the launch."""
    named = [one for one in inputs_with_base(job) if one.terms.get("name_source")]
    return sorted({one.version.dataset.organization.name for one in named})


@transaction.atomic
def remind_of_models(*, at: datetime | None = None) -> int:
    """As `policies.services.remind_to_delete`, for models trained on data of which copies are deleted."""
    bound = JobInput.objects.filter(terms__has_key="delete_after_days", job__model_version__isnull=False)
    now = at or timezone.now()
    due: dict[tuple[Organization, int], set[int]] = defaultdict(set)  # jobs, by whom they owe it to, and when
    for one in bound.select_related("version__dataset__organization").annotate(launched=F("job__created_at")):
        days = one.terms["delete_after_days"]
        if days is not None and timedelta(days=days) <= now - one.launched:
            due[one.version.dataset.organization, days].add(one.job_id)
    return sum(_remind(jobs, owner, days, now) for (owner, days), jobs in due.items())


def _remind(jobs: set[int], owner: Organization, days: int, now: datetime) -> int:
    until = now - timedelta(days=days)
    taken = Download.objects.filter(version__job__in=with_heirs(jobs), at__gt=until - LATE, at__lte=until)
    taken = taken.exclude(user__memberships__organization=owner)
    return sum(_told(one, owner, days) for one in taken.select_related("user", "version__model"))


def _told(taken: Download, owner: Organization, days: int) -> int:
    said = reminder(taken.user, taken.version.model.name, owner, at=taken.at, days=days)
    url = f"{taken.version.get_absolute_url()}#taken-{taken.at:%Y-%m-%d}"
    theirs = Organization.objects.of(taken.user).first()
    people = whom_to_remind(taken.user, theirs) if theirs else [taken.user]
    return len(notify(people, "duty.delete-copies", said, url=url, once=True))
