"""How many jobs count against the number that the terms of a grant permit."""

from collections.abc import Iterable

from django.db.models import Count, Q

from chainhub.datasets.models import Grant
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.policies.reading import terms_of


def jobs_under(grants: Iterable[Grant], *, but: TrainingJob | None = None) -> dict[int, int]:
    """Grant to how many jobs count under its agreement: those that run, ran or may still run.

    A grant that is renewed, or given again, goes on counting; only an agreement that both sides signed begins anew.
    `but` is a job that asks: it does not count itself, nor do those that were launched after it and have not begun.
    Once it has begun, only those count that began before it: an owner who lowers the number stops the later.
    """
    asked = list(grants)
    unfinished, ran = TrainingJob.objects.unfinished(), TrainingJob.objects.filter(runs__isnull=False)
    waiting = Q(job__in=unfinished.values("pk"))
    if but is not None and but.pk:
        waiting &= Q(job__lt=but.pk)
        if (began := but.runs.order_by("number").values_list("pk", flat=True).first()) is not None:
            waiting, ran = Q(pk=None), TrainingJob.objects.filter(runs__pk__lt=began)
    earlier = _earlier(asked)
    every = {pk for found in earlier.values() for pk in found}
    inputs = JobInput.objects.filter(waiting | Q(job__in=ran.values("pk")), grant__in=every)
    if but is not None and but.pk:
        inputs = inputs.exclude(job=but)
    counted = dict(inputs.order_by().values_list("grant").annotate(Count("job", distinct=True)))
    return {pk: sum(counted.get(one, 0) for one in found) for pk, found in earlier.items()}


def jobs_left(grants: Iterable[Grant]) -> dict[int, int]:
    """Grant to how many more jobs may be launched under it; without those whose terms permit any number."""
    limits = {grant: most for grant in grants if (most := terms_of(grant).max_jobs) is not None}
    counted = jobs_under(limits) if limits else {}
    return {grant.pk: max(0, most - counted.get(grant.pk, 0)) for grant, most in limits.items()}


def _earlier(asked: list[Grant]) -> dict[int, list[int]]:
    """Grant to the keys of those that it renews, its own among them, back to the last that an agreement made."""
    keys = [_to_whom(grant) for grant in asked]
    told = Grant.objects.filter(dataset__in={key[0] for key in keys}, collaboration__in={key[1] for key in keys})
    since: dict[tuple[int, int, int | None], list[int]] = {}
    found: dict[int, list[int]] = {grant.pk: [] for grant in asked}
    for grant in told.defer("terms").select_related("agreement").order_by("pk"):
        key = _to_whom(grant)
        since[key] = [grant.pk] if hasattr(grant, "agreement") else [*since.get(key, []), grant.pk]
        if grant.pk in found:
            found[grant.pk] = since[key]
    return found


def _to_whom(grant: Grant) -> tuple[int, int, int | None]:
    return (grant.dataset_id, grant.collaboration_id, grant.organization_id)
