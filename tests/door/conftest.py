"""The same data as in the hub's tests, and one warm fork server for all of them."""

from collections.abc import Iterator

import pytest

from chainhub.jobs.supervisor import ForkServer
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """Importing torch takes seconds, so it is done once."""
    server = ForkServer()
    yield server
    server.stop()
