"""What a job shows that terms stopped before it began: whose data, which term, what holds now, and the ways out."""

from typing import Any

from chainhub.core.sentences import render
from chainhub.datasets.knowing import known_to, some_of
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs import permissions
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.policies.parsing import TITLES
from chainhub.policies.permissions import may_request
from chainhub.policies.reading import grants_for, terms_of
from chainhub.web.http import SignedInRequest
from chainhub.web.views.policies.offering import said

KIND = "terms"


def refusal_context(request: SignedInRequest, job: TrainingJob, inputs: list[JobInput]) -> dict[str, Any]:
    """`refusal`, or nothing for a job that failed otherwise."""
    failure = job.failure or {}
    if job.status != Status.FAILED or failure.get("kind") != KIND:
        return {}
    params = failure.get("params", {})
    refusal: dict[str, Any] = {
        "reason": render(params.get("reason")),
        "way_out": render(params.get("way_out")),
        "title": TITLES.get(params.get("term", ""), ""),
        "marked": [params.get("term", "")],
        "may_clone": permissions.may_clone(request.user, job),
    }
    if (dataset := _at_fault(params, inputs)) is not None:
        refusal |= _about(request, job, dataset)
    return {"refusal": refusal}


def _at_fault(params: dict[str, Any], inputs: list[JobInput]) -> Dataset | None:
    for one in inputs:
        if one.version_id == params.get("version") or one.version.dataset.name == params.get("dataset"):
            return one.version.dataset
    return None


def _about(request: SignedInRequest, job: TrainingJob, dataset: Dataset) -> dict[str, Any]:
    """The dataset as the reader may know it; the terms for those between whom they are."""
    known = dataset.pk in known_to(request.user, [dataset.pk])
    grant = grants_for(job.collaboration, job.organization, datasets=[dataset.pk]).get(dataset.pk)
    told = grant is not None and Grant.objects.told_to(request.user).filter(pk=grant.pk).exists()
    return {
        "dataset": dataset,
        "name": dataset.name if known else render(some_of(dataset)),
        "leads": Dataset.objects.visible_to(request.user).filter(pk=dataset.pk).exists(),
        "may_request": known and may_request(request.user, dataset),
        "said": said(terms_of(grant), request.user, user=grant.organization) if grant and told else [],
        "whom": grant.organization if grant else None,
        "gone": grant is None,
    }
