"""A job of the alliance on both partners' data, and the version that it published."""

import pytest

from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from tests.factories.models import publish
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]


@pytest.fixture
def version(job: TrainingJob) -> ModelVersion:
    """Published to Anvil and Borealis."""
    return publish(job)
