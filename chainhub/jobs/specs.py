"""What an approval approves: one hash over everything that decides what a job does with whose data."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.models import TrainingJob
from chainhub.policies.reading import grants_for, terms_of
from chainhub.policies.terms import DEFAULT, with_changes


def hash_of(value: Any) -> str:
    """SHA-256 over JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def spec_of(job: TrainingJob) -> Mapping[str, Any]:
    """The job as its approvers read it: what is computed, on which commits, under which agreement and terms."""
    inputs = job.inputs.select_related("version__dataset").defer("version__inspection", "version__profile")
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
        "inputs": [
            [one.version_id, one.commit_oid, *terms.get(one.version.dataset_id, []), *_corrections(one.version.dataset)]
            for one in inputs.order_by("commit_oid")
        ],
        **_base(job),
        **({"processes": job.processes} if job.processes > 1 else {}),
        "agreement": [agreement.number, agreement.sha256] if agreement else None,
    }


def _base(job: TrainingJob) -> dict[str, Any]:
    """Nothing for a job that begins from nothing, so that jobs from before there were base models keep their hash."""
    return {"base": [job.base_id, job.base.commit.oid]} if job.base else {}


def _terms(grant: Grant) -> list[Any]:
    """Nothing for the usual terms, so that jobs from before there were terms keep their hash.

    Whether the owner is asked stands in the approvals themselves, which are looked for before each start.
    """
    terms = with_changes(terms_of(grant), {"ask_each_job": False})
    return [] if terms == DEFAULT else [terms.as_json()]


def _corrections(dataset: Dataset) -> list[Any]:
    """What the owner says of fields and training reads: another type or part of a field is another input."""
    said = {
        name: {key: told[key] for key in ("role", "type", "sensitive") if told.get(key)}
        for name, told in dataset.field_settings.items()
    }
    said = {name: told for name, told in said.items() if told}
    return [{"fields": said, "identifiers": dataset.identifiers}] if said or dataset.identifiers else []


def spec_hash(job: TrainingJob) -> str:
    """The hash as things stand now; it differs from `job.spec_hash` once anything was changed."""
    return hash_of(spec_of(job))
