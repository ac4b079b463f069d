"""What rows say about terms: those of a grant, which grant holds for whom, and what datasets are offered for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset, Grant
from chainhub.organizations.models import Organization
from chainhub.policies.models import UsagePolicy
from chainhub.policies.parsing import parse_terms
from chainhub.policies.terms import DEFAULT, DOWNLOAD, TRAIN_POOLED, VIEW_ROWS, Terms, with_changes


def terms_of(grant: Grant) -> Terms:
    """The terms under which a grant was given. One from before there were terms is for training."""
    if grant.terms:
        return with_changes(parse_terms(grant.terms), {"ask_each_job": grant.needs_approval})
    uses = [TRAIN_POOLED, *([VIEW_ROWS] if grant.allows_rows else []), *([DOWNLOAD] if grant.allows_download else [])]
    return Terms(uses=tuple(uses), ask_each_job=grant.needs_approval)


def grants_for(
    collaboration: Collaboration,
    organization: Organization,
    *,
    datasets: Iterable[int] | None = None,
    lock: bool = False,
    at: datetime | None = None,
    without: Grant | None = None,
) -> dict[int, Grant]:
    """Dataset to the grant that holds for what the organization does in the collaboration; or held, `at` a moment.

    A grant to that organization goes before one to all participants. The owner's own use stands under the grant to
    all of them; where it has granted only to single ones, under the newest of those. With `without`, as if that grant
    had been taken back.
    """
    held = Grant.objects.active() if at is None else Grant.objects.active_at(at)
    grants = held.filter(collaboration=collaboration)
    if without is not None:
        grants = grants.exclude(pk=without.pk)
    if datasets is not None:
        grants = grants.filter(dataset__in=list(datasets))
    if lock:
        grants = grants.select_for_update(of=("self",))
    found: dict[int, tuple[int, Grant]] = {}
    for grant in grants.select_related("dataset__organization", "organization").order_by("pk"):
        rank = _rank(grant, organization)
        if rank and rank >= found.get(grant.dataset_id, (0, grant))[0]:
            found[grant.dataset_id] = (rank, grant)
    return {dataset: grant for dataset, (_rank_, grant) in found.items()}


def _rank(grant: Grant, organization: Organization) -> int:
    """0: does not hold for it."""
    if grant.organization_id == organization.pk:
        return 3
    if grant.organization_id is None:
        return 2
    return 1 if grant.dataset.organization_id == organization.pk else 0


def current_policy(dataset: Dataset) -> UsagePolicy | None:
    """The newest; None where the owner has written none yet."""
    return dataset.policies.select_related("created_by").first()


def offered(dataset: Dataset) -> Terms:
    """The terms on which the owner offers it; the usual ones where it has written none."""
    policy = current_policy(dataset)
    return policy.said if policy else DEFAULT


def offered_terms(datasets: Iterable[int]) -> dict[int, Terms]:
    """Dataset to the terms of its current policy, for lists; those without a policy are left out."""
    found = UsagePolicy.objects.current().filter(dataset__in=list(datasets)).values_list("dataset_id", "terms")
    return {dataset: parse_terms(terms) for dataset, terms in found}


def granted_terms(datasets: Iterable[int], user: Any) -> dict[int, list[Terms]]:
    """Dataset to the terms of each standing grant that the person may see."""
    found: dict[int, list[Terms]] = {}
    for grant in Grant.objects.active().visible_to(user).filter(dataset__in=list(datasets)).order_by("pk"):
        found.setdefault(grant.dataset_id, []).append(terms_of(grant))
    return found
