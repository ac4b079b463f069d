"""What an approval approves: one hash over everything that decides what a job does with whose data."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chainhub.jobs.models import TrainingJob


def hash_of(value: Any) -> str:
    """SHA-256 over JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def spec_of(job: TrainingJob) -> Mapping[str, Any]:
    """The job as its approvers read it: what is computed, on which commits, under which agreement."""
    inputs = job.inputs.order_by("commit_oid")
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
        "inputs": [[one.version_id, one.commit_oid] for one in inputs],
        "agreement": [agreement.number, agreement.sha256] if agreement else None,
    }


def spec_hash(job: TrainingJob) -> str:
    """The hash as things stand now; it differs from `job.spec_hash` once anything was changed."""
    return hash_of(spec_of(job))
