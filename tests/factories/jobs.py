"""Datasets with real training files, and jobs on them."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.models import Dataset, DatasetVersion, Grant, Kind, VersionStatus
from chainhub.jobs import services
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Repository
from chainhub.repositories.services import commit_files, create_repository
from chainhub.repositories.storage import store_bytes

ARROW_TYPES = {"int64": "integer", "double": "number", "string": "text", "bool": "boolean"}
QUICK = {"epochs": 2, "batch_size": 16, "hidden_layers": [8], "bootstrap_samples": 100, "importance": False}


def table(rows: int = 80, *, features: int = 3, seed: int = 0) -> dict[str, list[Any]]:
    """Numbers, and a label that follows from them."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, features))
    label = np.where(x.sum(axis=1) > 0, "yes", "no")
    return {**{f"x{i}": x[:, i].tolist() for i in range(features)}, "label": label.tolist()}


def make_version(
    organization: Organization, by: User, *, name: str = "Bearings", columns: Mapping[str, Sequence[Any]] | None = None
) -> DatasetVersion:
    """A ready version of a dataset, as inspection leaves it."""
    content = pa.table(dict(columns or table(seed=organization.pk)))
    buffer = io.BytesIO()
    pq.write_table(content, buffer)
    repository = create_repository(Repository.Kind.DATASET)
    dataset = Dataset.objects.create(
        organization=organization, name=name, slug=f"{name.lower().replace(' ', '-')}-{repository.pk}",
        repository=repository, created_by=by, target="label", kind=Kind.TABLE,
    )  # fmt: skip
    files = {TRAINING_FILE: store_bytes(buffer.getvalue(), owner=organization)}
    commit = commit_files(repository, files, author=by, title="v1")
    fields = [{"name": f.name, "type": ARROW_TYPES[str(f.type)], "kind": "number"} for f in content.schema]
    return DatasetVersion.objects.create(
        dataset=dataset, number=1, status=VersionStatus.READY, commit=commit, rows=content.num_rows, created_by=by,
        inspection={"rows": content.num_rows, "fields": fields},
    )  # fmt: skip


def grant(version: DatasetVersion, collaboration: Collaboration, by: User, *, needs_approval: bool = False) -> Grant:
    return Grant.objects.create(
        dataset=version.dataset, collaboration=collaboration, granted_by=by, needs_approval=needs_approval
    )


def make_job(
    actor: User,
    organization: Organization,
    collaboration: Collaboration,
    versions: Sequence[DatasetVersion],
    **changes: Any,
) -> TrainingJob:
    """A small tabular job."""
    parameters = {**QUICK, **changes.pop("parameters", {})}
    asked: dict[str, Any] = {
        "title": "Find defects",
        "recipe": "tabular",
        "parameters": parameters,
        "target": "label",
        "split": {"validation_fraction": 0.2},
        **changes,
    }
    return services.propose_job(
        actor=actor, organization=organization, collaboration=collaboration, versions=versions, **asked
    )
