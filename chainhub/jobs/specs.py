"""What an approval approves: one hash over everything that decides what a job does with whose data."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chainhub.datasets.models import Grant
from chainhub.jobs.models import TrainingJob
from chainhub.policies.reading import grants_for, terms_of
from chainhub.policies.terms import DEFAULT, with_changes


def hash_of(value: Any) -> str:
    """SHA-256 over JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def spec_of(job: TrainingJob) -> Mapping[str, Any]:
    """The job as its approvers read it: what is computed, on which commits, under which agreement and terms."""
    inputs = job.inputs.select_related("version").order_by("commit_oid")
    datasets = [one.version.dataset_id for one in inputs]
    terms = {
        dataset: _terms(grant)
        for dataset, grant in grants_for(job.collaboration, job.organization, datasets=datasets).items()
    }
    agreement = job.collaboration.current_agreement
    return {
        "collaboration": job.collaboration_id,
        "organization": job.organization_id,
        "recipe": [job.recipe, job.recipe_version],
        "parameters": job.parameters,
        "target": job.target,
        "fields": job.fields,
        "split": job.split,
        "seed": job.seed,
        "device": job.device,
        "limits": job.limits,
        "inputs": [[one.version_id, one.commit_oid, *terms.get(one.version.dataset_id, [])] for one in inputs],
        "agreement": [agreement.number, agreement.sha256] if agreement else None,
    }


def _terms(grant: Grant) -> list[Any]:
    """Nothing for the usual terms, so that jobs from before there were terms keep their hash.

    Whether the owner is asked stands in the approvals themselves, which are looked for before each start.
    """
    terms = with_changes(terms_of(grant), {"ask_each_job": False})
    return [] if terms == DEFAULT else [terms.as_json()]


def spec_hash(job: TrainingJob) -> str:
    """The hash as things stand now; it differs from `job.spec_hash` once anything was changed."""
    return hash_of(spec_of(job))
