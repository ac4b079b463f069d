"""Examples' data is inspected where it is made: the next step needs it ready."""

import time

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.datasets.models import Dataset, VersionStatus
from chainhub.datasets.services.inspecting import inspect_version

PATIENCE = 300.0  # seconds for one dataset, where a worker has it


def wait_until_ready(dataset: Dataset) -> None:
    """Inspect its newest version here, unless a worker does. Raises `DomainError` where it does not become ready.

    The file was made here out of a pinned one: it needs no process of its own to be read safely.
    """
    version = dataset.versions.latest("number")
    until = time.monotonic() + PATIENCE
    while version.status == VersionStatus.INSPECTING and time.monotonic() < until:
        inspect_version(version.pk, isolated=False)
        version.refresh_from_db()
        if version.status == VersionStatus.INSPECTING:
            time.sleep(0.2)
    if version.status != VersionStatus.READY:
        raise DomainError(gettext_noop("The example's dataset “%(dataset)s” is not ready."), dataset=dataset.name)
    dataset.refresh_from_db()
