"""How a run ends: what it left is stored, and its last word, its exit and our own wishes become one outcome."""

import contextlib
import json
import signal
import uuid
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence
from chainhub.jobs.keeper import Stop
from chainhub.jobs.models import Run
from chainhub.jobs.runner import Said
from chainhub.jobs.services import recording, running
from chainhub.repositories.storage import drop_blob, store_file

EVALUATION = "evaluation.json"
STOPPED = 3  # the trainer's exit code after it was told to stop and wrote a checkpoint

ASK_OWNER = gettext_noop("Ask the owner of the data, or choose another version.")
ASK_OPERATOR = gettext_noop("Tell the people who run this hub; the worker's log has the details.")
FAILURES = {
    Stop.TIME: {
        "kind": "time",
        "text": gettext_noop("The run was ended: it did not stop at its time limit."),
        "hint": gettext_noop("Give the job more minutes, then resume it; it goes on from its last checkpoint."),
    },
    Stop.MEMORY: {
        "kind": "memory",
        "text": gettext_noop("The run was ended: it took more memory than its limit."),
        "hint": gettext_noop("Choose a smaller model or batch, or give the job more memory."),
    },
}
KILLED = {
    "kind": "memory",
    "text": gettext_noop("The operating system ended the run, most likely because the machine ran out of memory."),
    "hint": gettext_noop("Choose a smaller model or batch, or a node with more memory; then resume the job."),
}
CRASHED = gettext_noop("The run crashed (%(signal)s).")
VANISHED = gettext_noop("The run ended without a word (exit code %(code)s).")
NOT_STARTED = gettext_noop("The run could not be started: %(reason)s")
INCOMPLETE = gettext_noop("The run finished, but did not leave what it should: %(missing)s.")


def conclude(run: Run, asked: Stop | None, status: int | None, last: Said | None, output: Path) -> None:
    """End the run in the database. A run that finished has succeeded, whatever was asked of it in its last moment."""
    if asked is Stop.LOST:
        return
    if last is not None and last.kind == "finished":
        _succeed(run, output)
    elif last is not None:
        running.fail_run(run, _said_failure(last))
    elif asked is Stop.CANCELED:
        running.cancel_run(run)
    elif asked is Stop.DRAINED:
        running.give_back(run)
    elif asked is not None:
        running.fail_run(run, {**FAILURES[asked], "params": {}})
    elif status is None or status == STOPPED:
        # The trainer was stopped behind our back: with its fork server, or by hand.
        running.lose_run(run)
    else:
        running.fail_run(run, _crash(status))


def could_not_start(run: Run, reason: str | Sentence) -> None:
    """The machine's fault, or the storage's, or that of an owner who keeps the data and has changed or moved it."""
    if not isinstance(reason, str):
        running.fail_run(run, {"kind": "data", "text": NOT_STARTED, "hint": ASK_OWNER, "params": {"reason": reason}})
        return
    params = {"reason": reason[:300]}
    running.fail_run(run, {"kind": "internal", "text": NOT_STARTED, "hint": ASK_OPERATOR, "params": params})


def store_artifact(run: Run, output: Path, path: str) -> None:
    """Keep a file that the trainer wrote; a path that leads elsewhere is refused."""
    place = (output / path).resolve()
    if place.is_relative_to(output.resolve()) and place.is_file():
        recording.record_artifact(run, path, store_file(place, owner=run.job.organization))


def store_checkpoint(run: Run, output: Path, said: Said) -> None:
    """The file may be replaced at any moment, so its bytes get a name of their own first."""
    place = (output / str(said.payload["path"])).resolve()
    own = output.parent / f"checkpoint-{uuid.uuid4().hex}"
    if not place.is_relative_to(output.resolve()):
        return
    with contextlib.suppress(FileNotFoundError):
        own.hardlink_to(place)
        blob = store_file(own, move=True, owner=run.job.organization)
        replaced = recording.record_checkpoint(run, blob, step=int(said.payload["step"]))
        if replaced:
            drop_blob(replaced)


def _succeed(run: Run, output: Path) -> None:
    place = output / EVALUATION
    if not place.is_file() or not run.artifacts.filter(path=EVALUATION).exists():
        params = {"missing": EVALUATION}
        running.fail_run(run, {"kind": "internal", "text": INCOMPLETE, "hint": ASK_OPERATOR, "params": params})
        return
    running.finish_run(run, result=json.loads(place.read_bytes()))


def _said_failure(said: Said) -> dict[str, Any]:
    word = said.payload
    return {"kind": word["failure"], "text": word["text"], "hint": word["hint"], "params": word["params"]}


def _crash(status: int) -> dict[str, Any]:
    if status == -signal.SIGKILL:
        return {**KILLED, "params": {}}
    if status < 0:
        name = signal.Signals(-status).name
        return {"kind": "crash", "text": CRASHED, "hint": ASK_OPERATOR, "params": {"signal": name}}
    return {"kind": "internal", "text": VANISHED, "hint": ASK_OPERATOR, "params": {"code": status}}
