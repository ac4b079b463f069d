"""Quickstart's children: restarted while that helps, stopped with all their own children, never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chainhub.quickstart import children
from chainhub.quickstart.children import Child
from tests.running import is_gone

pytestmark = pytest.mark.process
SLEEPER = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Children run this file instead of manage.py."""
    path = tmp_path / "command.py"
    monkeypatch.setattr(children, "MANAGE", path)
    return path


def gone(pid: int, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_gone(pid):
            return True
        time.sleep(0.02)
    return False


def wait_for(path: Path) -> str:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{path} stayed empty")


def test_it_writes_its_own_log_and_tells_how_it_ended(script: Path, tmp_path: Path):
    script.write_text("import sys; print('hello', sys.argv[1]); sys.exit(3)")
    child = Child("worker", ["there"], logs=tmp_path / "logs")
    child.start()
    child._process.wait(10)
    assert child.exit_code == 3
    assert "hello there" in child.last_words()


def test_it_is_started_again_only_so_often(script: Path, tmp_path: Path):
    script.write_text("pass")
    child = Child("web", [], logs=tmp_path)
    for _ in range(children.RESTARTS):
        child.start()
        child._process.wait(10)
        assert child.may_start_again()
    child.start()
    child._process.wait(10)
    assert not child.may_start_again()


def test_a_stubborn_one_is_ended_with_its_children(script: Path, tmp_path: Path):
    note = tmp_path / "grandchild"
    script.write_text(
        "import subprocess, sys, pathlib\n"
        f"sleeper = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(sleeper.pid))\n{STUBBORN}"
    )
    child = Child("worker", [], logs=tmp_path)
    child.start()
    grandchild = int(wait_for(note))
    wait_for(child.log)
    child.stop(seconds=0.3)
    assert child.exit_code == -signal.SIGKILL
    assert gone(grandchild)


def test_children_leave_when_their_parent_was_killed(tmp_path: Path):
    note = tmp_path / "child"
    child = (
        "from chainhub.core import supervision; supervision.follow_parent()\n"
        f"import os, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n{SLEEPER}"
    )
    parent = (
        "import os, subprocess, sys, time\n"
        "os.environ['CHAINHUB_PARENT'] = str(os.getpid())\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)\n{SLEEPER}"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=children.__file__.split("/chainhub/")[0])
    orphan = int(wait_for(note))
    os.kill(process.pid, signal.SIGKILL)
    process.wait(5)
    assert gone(orphan)
