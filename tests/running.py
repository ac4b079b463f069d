"""A real hub for tests: web, worker and Valkey as processes of their own, over the test's own database and folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psutil
import pytest
from django.db import connection

from chainhub.quickstart.hub import Hub


def is_gone(pid: int) -> bool:
    """Whether the process has ended; in a container nobody may have taken notice of that yet (a zombie)."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def database_url() -> str:
    """The address under which another process finds the database of this test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(name))}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class RunningHub(Hub):
    """A hub whose worker is started only where a test asks for it."""

    def start_web(self) -> None:
        self.web.start()
        self.wait_until_it_answers()

    def start_worker(self) -> None:
        self.worker.start()

    def url(self, path: str) -> str:
        """The full address of a path."""
        return self.address.rstrip("/") + path


@pytest.fixture
def hub_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> dict[str, str]:
    """What child processes need to work on this test's database and folders; also set in this process."""
    variables = {
        "CHAINHUB_DATA": str(tmp_path),
        "CHAINHUB_UPLOADS": str(tmp_path / "uploads"),
        "CHAINHUB_NODE_CACHE": str(tmp_path / "node"),
        "STORAGE_URL": f"file://{quote(str(tmp_path / 'blobs'))}",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": os.environ.get("SECRET_KEY", "one key for the test and the processes that it starts"),
        "OMP_NUM_THREADS": "1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def running_hub(
    hub_environment: dict[str, str], tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningHub]:
    """Web and Valkey run; `running_hub.start_worker()` adds a worker. The test may use the ORM beside them."""
    settings.SECRET_KEY = hub_environment["SECRET_KEY"]  # sessions made here are understood there
    hub = RunningHub(tmp_path, port=0)
    monkeypatch.setenv("REDIS_URL", os.environ.get("REDIS_URL", ""))
    try:
        hub.start_broker()
        hub.start_web()
        yield hub
    finally:
        hub.stop()
