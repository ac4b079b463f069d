"""Who used how much compute."""

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Sum
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from chainhub.jobs.models import Run
from chainhub.organizations.models import Organization

DAYS = 30


def hours_by_organization(*, days: int = DAYS) -> list[tuple[Organization, dict[str, float]]]:
    """Hours of slots that runs took, by the organization that launched the job and by device; the busiest first."""
    span = ExpressionWrapper(Coalesce("ended_at", Now()) - F("started_at"), output_field=DurationField())
    runs = Run.objects.filter(started_at__gte=timezone.now() - timedelta(days=days)).annotate(span=span)
    rows = runs.values("job__organization", "job__device", "job__processes").order_by().annotate(total=Sum("span"))
    found: dict[int, dict[str, float]] = {}
    for row in rows:
        spent = found.setdefault(row["job__organization"], {})
        hours = row["total"].total_seconds() / 3600 * row["job__processes"]
        spent[row["job__device"]] = spent.get(row["job__device"], 0.0) + hours
    named = Organization.objects.in_bulk(found)
    return sorted(((named[pk], spent) for pk, spent in found.items()), key=lambda one: -sum(one[1].values()))
