"""Runs that succeeded, as a worker leaves them, with small but true files; publishing is the real service."""

import json
import uuid
from typing import Any

import numpy as np
from django.utils import timezone
from safetensors.numpy import save

from chainhub.jobs.models import Artifact, Run, Status, TrainingJob
from chainhub.registry.models import ModelVersion
from chainhub.registry.services import publish_job
from chainhub.repositories.storage import store_bytes

FIELDS = ["x0", "x1", "x2"]


def score(value: float | None, spread: float = 0.02) -> dict[str, Any]:
    """A measured value with its interval."""
    if value is None:
        return {"value": None, "low": None, "high": None, "reason": "Undefined: only one class is present."}
    return {"value": value, "low": value - spread, "high": value + spread}


def evaluation(parties: dict[str, tuple[float | None, float | None]], *, test_rows: int = 100) -> dict[str, Any]:
    """`{slug: (alone, together)}` of each organization's own rows, in accuracy."""
    organizations = [
        {
            "organization": slug,
            "name": slug.title(),
            "rows": {"train": 4 * test_rows, "test": test_rows},
            "own": {"alone": {"accuracy": score(alone)}, "together": {"accuracy": score(together)}},
            "common": {"alone": {"accuracy": score(0.6)}, "together": {"accuracy": score(0.9)}},
        }
        for slug, (alone, together) in parties.items()
    ]
    return {
        "task": "classification",
        "primary_metric": {"name": "accuracy", "higher_is_better": True},
        "split": {"kind": "holdout", "test_fraction": 0.2, "seed": 0},
        "overall": {"rows": test_rows * len(parties), "metrics": {"accuracy": score(0.9), "log_loss": score(0.3)}},
        "organizations": organizations,
        "weighted": {"alone": {"accuracy": 0.7}, "together": {"accuracy": 0.9}},
        "confusion": {"labels": ["no", "yes"], "matrix": [[80, 20], [10, 90]]},
        "roc": [{"label": "yes", "auc": 0.93, "points": [[0, 0], [0.1, 0.8], [1, 1]]}],
        "calibration": [{"predicted": 0.2, "observed": 0.25, "rows": 40}],
        "importance": [{"field": "x0", "value": 0.2, "low": 0.1, "high": 0.3}],
        "history": [{"series": "together", "fold": None, "organization": None, "epoch": 1, "train_loss": 0.5}],
    }


def files(found: dict[str, Any]) -> dict[str, bytes]:
    """What a run of a logistic model leaves."""
    preprocessing = {
        "kind": "table",
        "fields": [
            {"name": name, "kind": "number", "fill": 0.0, "center": 0.0, "scale": 1.0, "indicator": False}
            | ({"low": -1.6, "high": 1.6} if name == "x0" else {})
            for name in FIELDS
        ],
    }
    config = {
        "format": 1,
        "recipe": "tabular",
        "task": "classification",
        "target": "label",
        "labels": ["no", "yes"],
        "input": {"kind": "table", "fields": FIELDS},
        "layers": [{"call": "linear", "weights": ["layers.0.weight", "layers.0.bias"], "options": {}}],
    }
    weights = {
        "layers.0.weight": np.array([[-1, -1, -1], [1, 1, 1]], np.float32),
        "layers.0.bias": np.zeros(2, np.float32),
    }
    return {
        "model.safetensors": save(weights),
        "config.json": json.dumps(config).encode(),
        "preprocessing.json": json.dumps(preprocessing).encode(),
        "evaluation.json": json.dumps(found).encode(),
        "example.py": b"print('ten lines')\n",
    }


def succeed(job: TrainingJob, *, leave: dict[str, bytes] | None = None, found: dict[str, Any] | None = None) -> Run:
    """What a worker writes when a run ends well."""
    now = timezone.now()
    number = job.runs.count() + 1
    run = Run.objects.create(job=job, number=number, lease=uuid.uuid4(), lease_until=now)
    found = found or evaluation({"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)})
    for path, content in (files(found) if leave is None else leave).items():
        Artifact.objects.create(run=run, path=path, blob=store_bytes(content, owner=job.organization))
    Run.objects.filter(pk=run.pk).update(outcome="succeeded", ended_at=now)
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.SUCCEEDED, finished_at=now, result=found)
    job.refresh_from_db()
    return run


def publish(job: TrainingJob, **left: Any) -> ModelVersion:
    """Succeed and publish."""
    succeed(job, **left)
    version = publish_job(job)
    assert version is not None
    return version
