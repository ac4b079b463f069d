"""Datasets as people make them: uploaded, registered and inspected by the real services, only at once."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Upload
from chainhub.repositories.uploads import receive_file

ROWS = [["age", "pressure", "site", "sick"]] + [
    [20 + number, 100 + number % 37, "ABC"[number % 3], number % 2] for number in range(60)
]


def as_csv(rows: Sequence[Sequence[Any]]) -> str:
    """Rows, header first, as text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def uploaded(actor: User, data: str | bytes, filename: str = "data.csv") -> Upload:
    """A finished upload of these bytes."""
    raw = data.encode() if isinstance(data, str) else data
    return receive_file(actor=actor, filename=filename, size=len(raw), source=io.BytesIO(raw))


def inspected(version: DatasetVersion) -> DatasetVersion:
    """Do now what the queue would do."""
    services.inspect_version(version.pk, isolated=False)
    version.refresh_from_db()
    return version


def profiled(version: DatasetVersion) -> DatasetVersion:
    """Count now what the queue would have counted."""
    services.profile_version(version.pk, isolated=False)
    version.refresh_from_db()
    return version


def registered_file(
    actor: User, organization: Organization, data: str | bytes, *, filename: str = "data.csv", **fields: Any
) -> Dataset:
    """A dataset out of any file; its first version is ready or refused."""
    fields.setdefault("name", "Bearings")
    upload = uploaded(actor, data, filename)
    dataset = services.register_dataset(actor=actor, organization=organization, upload=upload, **fields)
    inspected(dataset.versions.get())
    dataset.refresh_from_db()
    return dataset


def registered_csv(
    actor: User, organization: Organization, rows: str | Sequence[Sequence[Any]] = ROWS, **fields: Any
) -> Dataset:
    """A table: text as it stands, or rows with the header first. Ready to be granted."""
    return registered_file(actor, organization, rows if isinstance(rows, str) else as_csv(rows), **fields)


def next_version(dataset: Dataset, actor: User, rows: str | Sequence[Sequence[Any]], note: str = "") -> DatasetVersion:
    """Another version, inspected."""
    data = rows if isinstance(rows, str) else as_csv(rows)
    return inspected(services.add_version(dataset, actor=actor, upload=uploaded(actor, data), note=note))


def granted(dataset: Dataset, collaboration: Collaboration, actor: User, *, needs_approval: bool = False) -> Grant:
    """The owner lets the collaboration train on it."""
    return services.grant_use(dataset, collaboration, actor=actor, needs_approval=needs_approval)
