"""A person types quickstart, sees the hub open, and ends it with Ctrl-C: nothing runs on, everything is kept."""

import contextlib
import http.client
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.process, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90


class Terminal:
    """A quickstart that somebody started."""

    def __init__(self, data: Path, *options: str, output: int | None = None) -> None:
        self.screen = data.parent / f"screen-{time.monotonic_ns()}"
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        with self.screen.open("wb") as screen:
            self.process = psutil.Popen(
                [sys.executable, "manage.py", "quickstart", "--no-demo", "--port", "18600", "--data", data, *options],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=screen if output is None else output,
                stderr=subprocess.STDOUT,
                env={**inherited, "CHAINHUB_SETUP": "no", "PYTHONPATH": "/nowhere", "OMP_NUM_THREADS": "1"},
            )

    def said(self) -> str:
        return self.screen.read_text()

    def wait_for(self, words: str) -> re.Match[str]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := re.search(words, self.said()):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"never said {words!r}:\n{self.said()}")

    def address(self) -> str:
        return self.wait_for(r"open after \d+ s:  http://([\d.:]+)/")[1]

    def family(self) -> list[psutil.Process]:
        return self.process.children(recursive=True)


def status(address: str, path: str = "/health") -> int:
    line = http.client.HTTPConnection(address, timeout=10)
    line.request("GET", path)
    return line.getresponse().status


def assert_gone(processes: list[psutil.Process]) -> None:
    _gone, alive = psutil.wait_procs(processes, timeout=15)
    assert not [process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "a folder with blanks" / "data"


@pytest.fixture
def quickstart(data: Path) -> Iterator[type[Terminal]]:
    started: list[Terminal] = []
    data.parent.mkdir(parents=True)

    def start(*options: str, output: int | None = None) -> Terminal:
        started.append(Terminal(data, *options, output=output))
        return started[-1]

    yield start
    for terminal in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in [*terminal.family(), terminal.process]:
                process.kill()


def test_ctrl_c_ends_everything_and_the_next_start_finds_all_as_it_was(quickstart, data):
    first = quickstart()
    address = first.address()
    assert status(address) == 200
    second = quickstart()
    assert second.process.wait(30) == 1
    assert f"already running at http://{address}/" in second.said()
    family = first.family()
    assert len(family) >= 3
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(60) == 0
    assert "everything is kept" in first.said()
    assert_gone(family)
    key = (data / "secret_key").read_text()

    again = quickstart("--once")
    again.address()
    assert again.process.wait(60) == 0
    assert (data / "secret_key").read_text() == key


def read_until(words: str, end: int) -> None:
    said = b""
    until = time.monotonic() + PATIENCE
    while words.encode() not in said:
        ready, _, _ = select.select([end], [], [], max(0.0, until - time.monotonic()))
        assert ready, said
        said += os.read(end, 4096)


@pytest.mark.parametrize("opened", [os.openpty, os.pipe])
def test_a_closed_terminal_ends_everything(quickstart, opened):
    mine, its = opened()
    terminal = quickstart(output=its)
    os.close(its)
    read_until("Still open", mine)
    family = terminal.family()
    assert len(family) >= 3
    os.close(mine)
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.process.wait(60) == 0
    assert_gone(family)


def test_what_dies_is_started_again_and_said(quickstart):
    terminal = quickstart()
    address = terminal.address()
    for name in ("serve", "worker"):
        victim = next(process for process in terminal.family() if name in process.cmdline())
        victim.kill()
        terminal.wait_for(f"The {'web' if name == 'serve' else name} process ended with code -9; starting it again")
    valkey = next(process for process in terminal.family() if "valkey" in process.name())
    valkey.kill()
    terminal.wait_for("Valkey stopped; starting it again")
    time.sleep(3)
    assert status(address) == 200
    family = terminal.family()
    terminal.process.terminate()
    terminal.process.wait(60)
    assert_gone(family)


def test_a_killed_quickstart_leaves_no_web_and_no_worker_and_its_valkey_is_taken_over(quickstart):
    terminal = quickstart()
    terminal.address()
    family = terminal.family()
    valkey = next(process for process in family if "valkey" in process.name())
    terminal.process.kill()
    assert_gone([process for process in family if process.pid != valkey.pid])
    assert valkey.is_running()
    heir = quickstart("--once")
    assert heir.process.wait(60) == 0
    assert_gone([valkey])
