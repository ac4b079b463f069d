"""What a job shows that terms stopped, or whose model they hold back: whose data, which term, and the ways out."""

from typing import Any

from django.utils.translation import gettext, gettext_lazy

from chainhub.core.sentences import render
from chainhub.datasets.knowing import known_to, some_of
from chainhub.datasets.models import Dataset, Grant
from chainhub.datasets.permissions import may_grant
from chainhub.jobs import permissions
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.policies.parsing import TITLES
from chainhub.policies.permissions import may_request
from chainhub.policies.reading import grants_for, terms_of
from chainhub.registry.models import ModelVersion
from chainhub.web.http import SignedInRequest
from chainhub.web.views.policies.offering import said

KIND = "terms"
AGAIN = gettext_lazy("Ask its owner to permit it again, or train anew without it.")
OTHER_BASE = gettext_lazy("Ask the owner of that data to permit it again, or go on from another base model.")


def refusal_context(request: SignedInRequest, job: TrainingJob, inputs: list[JobInput]) -> dict[str, Any]:
    """`refusal` where terms failed the job, stopped it, or hold its model back; nothing for any other job."""
    params = _params(job)
    if params is None:
        return {}
    term, again = params.get("term", ""), OTHER_BASE if "base" in params else AGAIN
    refusal: dict[str, Any] = {
        "held": job.status == Status.SUCCEEDED,
        "reason": render(params.get("reason")),
        "way_out": render(params.get("way_out")) or ("" if job.status == Status.FAILED else again),
        "title": gettext(TITLES[term]) if term in TITLES else "",
        "marked": [term],
        "may_clone": permissions.may_clone(request.user, job),
    }
    if (dataset := _at_fault(params, inputs)) is not None:
        others = any(one.version.dataset_id != dataset.pk for one in inputs)
        refusal |= _about(request, job, dataset) | {"without": others and job.status != Status.FAILED}
    return {"refusal": refusal}


def _params(job: TrainingJob) -> dict[str, Any] | None:
    """What the refusal names; None where it was no refusal of terms."""
    if job.status == Status.FAILED and (failure := job.failure or {}).get("kind") == KIND:
        found: dict[str, Any] = failure.get("params", {})
        return found
    said = (job.reason or {}).get("params", {})
    stopped = job.status == Status.CANCELED and not {"dataset", "base"}.isdisjoint(said)
    held = job.status == Status.SUCCEEDED and bool(job.reason) and not ModelVersion.objects.filter(job=job).exists()
    return said if stopped or held else None


def _at_fault(params: dict[str, Any], inputs: list[JobInput]) -> Dataset | None:
    """By its key or its version; by its name only where no other of the job's datasets bears it."""
    if "version" in params:
        found = [one for one in inputs if one.version_id == params["version"]]
    elif "key" in params:
        found = [one for one in inputs if one.version.dataset_id == params["key"]]
    else:
        found = [one for one in inputs if one.version.dataset.name == params.get("dataset")]
    datasets = {one.version.dataset_id: one.version.dataset for one in found}
    return next(iter(datasets.values())) if len(datasets) == 1 else None


def _about(request: SignedInRequest, job: TrainingJob, dataset: Dataset) -> dict[str, Any]:
    """The dataset as the reader may know it; the terms for those between whom they are."""
    known = dataset.pk in known_to(request.user, [dataset.pk])
    grant = grants_for(job.collaboration, job.organization, datasets=[dataset.pk]).get(dataset.pk)
    told = grant is not None and Grant.objects.told_to(request.user).filter(pk=grant.pk).exists()
    return {
        "dataset": dataset,
        "name": dataset.name if known else render(some_of(dataset)),
        "leads": Dataset.objects.visible_to(request.user).filter(pk=dataset.pk).exists(),
        "owns": may_grant(request.user, dataset),
        "may_request": known and may_request(request.user, dataset),
        "said": said(terms_of(grant), request.user, user=grant.organization) if grant and told else [],
        "whom": grant.organization if grant else None,
        "gone": grant is None,
    }
