"""What the tab “Use” of a dataset says about terms, and to whom it offers which button."""

from collections.abc import Iterable
from typing import Any

from chainhub.datasets.models import Dataset, Grant
from chainhub.policies import permissions
from chainhub.policies.models import AccessRequest, WithdrawalReport
from chainhub.policies.reading import current_policy, terms_of
from chainhub.policies.terms import DEFAULT
from chainhub.web.http import SignedInRequest
from chainhub.web.views.policies.offering import said

SHOWN_REPORTS = 10


def terms_tab(request: SignedInRequest, dataset: Dataset, grants: Iterable[Grant], *, owns: bool) -> dict[str, Any]:
    """The policy in sentences, each grant that the person may see with its terms, requests, and reports."""
    policy = current_policy(dataset)
    offer = policy.said if policy else DEFAULT
    requests = AccessRequest.objects.visible_to(request.user).distinct().filter(dataset=dataset).open()
    reports = WithdrawalReport.objects.visible_to(request.user).distinct().filter(dataset=dataset)
    return {
        "policy": policy,
        "offered": said(offer, request.user),
        "granted_terms": [_granted(request, grant, offer) for grant in grants],
        "requests": list(requests.select_related("organization", "collaboration")),
        "may_set_policy": owns,
        "may_request": not owns and permissions.may_request(request.user, dataset),
        "reports": list(reports.select_related("actor")[:SHOWN_REPORTS]) if owns else [],
    }


def _granted(request: SignedInRequest, grant: Grant, offer: Any) -> dict[str, Any]:
    terms = terms_of(grant)
    return {"grant": grant, "said": said(terms, request.user, user=grant.organization), "other": terms != offer}
