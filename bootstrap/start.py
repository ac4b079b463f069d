"""From whatever Python was typed to the project's own: prepare what the command needs, then become it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

from bootstrap import console, environment, frontend, interpreter, packages
from bootstrap.places import CACHE, ROOT, VENV, VENV_PYTHON

PREPARED = "CHAINHUB_PREPARED"  # set for the process that follows; value: the checkout that was prepared
TEST_EXTRAS = ("test", "lint")


def in_environment(argv: list[str]) -> list[str]:
    """Return `argv` to the Python that may go on with it; any other Python is replaced by that one."""
    prepared = os.environ.pop(PREPARED, "") == str(ROOT)
    if prepared or _looks_after_itself(argv):
        return argv
    console.speak_any_language()
    environment.straighten()
    try:
        with _alone():
            prepare(argv[1:2])
    except console.SetupError as error:
        console.explain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        console.say("\nStopped; the next run goes on from here. / 已停止，下次运行会继续。")
        sys.exit(130)
    os.environ[PREPARED] = str(ROOT)
    return _become_the_projects_own(argv)


def _become_the_projects_own(argv: list[str]) -> NoReturn:
    sys.stdout.flush()
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "manage.py"), *argv[1:]])


def prepare(command: list[str]) -> None:
    """Bring the environment up to what this command needs."""
    tests = command == ["selftest"]
    extras = TEST_EXTRAS if tests else ()
    needs_pages = tests or command in (["quickstart"], ["scenarios"])
    if packages.is_ready(extras) and (not needs_pages or frontend.is_ready()):
        return
    console.say("Setting up ChainHub / 正在准备 ChainHub")
    interpreter.ensure()
    compiling = packages.ensure(extras)
    if needs_pages:
        frontend.ensure()
    packages.finish(compiling)


def _looks_after_itself(argv: list[str]) -> bool:
    """Someone else's environment (an image, say), or the project's own used for an everyday command."""
    if os.environ.get("CHAINHUB_SETUP") == "no":
        return True
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    return inside and argv[1:2] not in (["quickstart"], ["scenarios"], ["selftest"])


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two terminals may start at once: the second waits for the first."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 (not on Windows)

    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("Another set-up is running; waiting for it … / 另一个准备过程正在运行，等待中 …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
