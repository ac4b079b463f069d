"""Data of both partners, ready to be trained on."""

import pytest

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.nodes.models import ComputeNode
from chainhub.organizations.models import Organization
from tests.factories import jobs as make
from tests.factories.nodes import make_node


@pytest.fixture
def ours(anvil: Organization, alice: User, alliance: Collaboration) -> DatasetVersion:
    """Anvil's data, granted to the alliance."""
    version = make.make_version(anvil, alice, name="Ours")
    make.grant(version, alliance, alice)
    return version


@pytest.fixture
def theirs(borealis: Organization, dora: User, alliance: Collaboration) -> DatasetVersion:
    """Borealis' data, granted to the alliance."""
    version = make.make_version(borealis, dora, name="Theirs")
    make.grant(version, alliance, dora)
    return version


@pytest.fixture
def job(
    alice: User, anvil: Organization, alliance: Collaboration, ours: DatasetVersion, theirs: DatasetVersion
) -> TrainingJob:
    """A queued job of Alice's on both."""
    return make.make_job(alice, anvil, alliance, [ours, theirs])


@pytest.fixture
def node(db: None) -> ComputeNode:
    """A present CPU node with one slot."""
    return make_node()
