"""Real workers on a real Valkey over the test's own database and folders."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import connection

from chainhub.core.valkey import EmbeddedValkey
from tests.hub.jobs.conftest import ours, theirs
from tests.running import database_url

__all__ = ["ours", "theirs"]

MANAGE = Path(__file__).resolve().parent.parent.parent / "manage.py"


def until(true: Callable[[], Any], seconds: float = 30, *, what: str = "it") -> Any:
    """The first true answer; the test fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class WorkerProcess:
    """`manage.py worker` as a process of its own."""

    def __init__(self, name: str, folder: Path, *arguments: str) -> None:
        self.log = folder / f"{name}.log"
        environment = {**os.environ, "CHAINHUB_NODE_CACHE": str(folder / f"cache-{name}")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(MANAGE), "worker", "--name", name, "--system-threads", "2", *arguments],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment, start_new_session=True,
            )  # fmt: skip

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)

    def words(self) -> str:
        return self.log.read_text(errors="replace")


@pytest.fixture
def valkey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, transactional_db: None
) -> Iterator[EmbeddedValkey]:
    """The broker; this process's own messages go there too."""
    from chainhub import settings as ours_
    from chainhub.celery import app

    server = EmbeddedValkey(tmp_path)
    server.start()
    for name, value in {
        "CHAINHUB_DATA": str(tmp_path), "DATABASE_URL": database_url(), "STORAGE_URL": f"file://{tmp_path / 'blobs'}",
        "REDIS_URL": server.url, "SECRET_KEY": "one key for all processes of the test",
        "OMP_NUM_THREADS": "1", "LEASE_SECONDS": "5",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ours_, "REDIS_URL", server.url)
    settings.LIVE_URL = ours_.redis_database(2)
    Celery("test", broker=ours_.redis_database(0, celery=True)).set_current()
    yield server
    app.set_current()
    server.stop()


@pytest.fixture
def start_worker(valkey: EmbeddedValkey, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """`start_worker("one", "--slots", "1")`; all of them are killed at the end."""
    started: list[WorkerProcess] = []

    def start(name: str, *arguments: str) -> WorkerProcess:
        started.append(WorkerProcess(name, tmp_path, *(arguments or ("--slots", "1", "--beat"))))
        return started[-1]

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()
    connection.close()
