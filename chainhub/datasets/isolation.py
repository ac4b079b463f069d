"""Inspection and profiles in a process of their own: what a stranger's file does to its reader stays there.

The child knows no database, no broker and no key; it gets two paths, a share of memory and time, and ends when its
parent does.
"""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from chainhub.datasets.child import EXHAUSTED
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Tell

logger = logging.getLogger(__name__)

SIGN_OF_LIFE = 5.0  # seconds
OUTCOME = "outcome.json"
READER = "chainhub.datasets.inspection"
# The child's own word for it; the kernel's, over the seconds or the machine's memory.
OUT_OF_BOUNDS = {EXHAUSTED, -signal.SIGKILL, -signal.SIGXCPU}
STOPPED = gettext_noop("Reading the file took more memory or time than a file may take, so it was stopped.")
CRASHED = gettext_noop(
    "The hub's reader crashed over this file, so it was not taken. That is a fault of the hub, whatever the file "
    "holds: save the file anew, in another format if you can, and tell the people who run this hub."
)


def inspect_isolated(source: Path, work: Path, tell: Tell, *, name: str = "", kind: str = "") -> Findings:
    """As `inspect_file`, in a child process. Raises `RefusedFileError` also for a file that kills its reader."""
    told, code = _run(READER, [str(source), str(work), kind, name], work, tell)
    if told is None:
        raise RefusedFileError(STOPPED if code in OUT_OF_BOUNDS else CRASHED)
    if "refusal" in told:
        raise RefusedFileError(told["refusal"]["text"], **told["refusal"]["params"])
    return Findings(kind=told["kind"], rows=told["rows"], training=work / told["training"], report=told["report"])


def run_isolated(module: str, arguments: list[str], work: Path, tell: Tell) -> dict[str, Any] | None:
    """What `python -m module arguments` leaves as `outcome.json` in `work`; None where it was stopped or crashed."""
    return _run(module, arguments, work, tell)[0]


def _run(module: str, arguments: list[str], work: Path, tell: Tell) -> tuple[dict[str, Any] | None, int]:
    """The outcome, None where there is none, and the code with which the child ended (negative: by that signal)."""
    argv = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_bare_environment(), cwd=work
    ) as child:
        try:
            _follow(child, tell)
        except BaseException:
            child.kill()
            raise
    outcome = work / OUTCOME
    if child.returncode or not outcome.exists():
        logger.warning("%s ended with %s and no outcome", module, child.returncode)
        return None, child.returncode
    return json.loads(outcome.read_text()), 0


def _follow(child: subprocess.Popen[bytes], tell: Tell) -> None:
    """Pass the child's progress on, and a sign of life where it is silent."""
    assert child.stdout is not None  # noqa: S101 - it is a pipe
    share = 0.0
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ)
        while True:
            if waiting.select(SIGN_OF_LIFE):
                lines = os.read(child.stdout.fileno(), 65536).split()
                if not lines:
                    break
                share = _share(lines[-1], share)
            tell(share)


def _share(line: bytes, before: float) -> float:
    try:
        return min(max(float(line), before), 1.0)
    except ValueError:
        return before


def _bare_environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(settings.ROOT),
        "OMP_NUM_THREADS": "1",
        "ARROW_NUM_THREADS": "1",
    }
