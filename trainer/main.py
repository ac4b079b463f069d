"""One run: what the command line and the fork server both call. Every way to end becomes an event and an exit code."""

from __future__ import annotations

import json
import os
import threading
import traceback
from pathlib import Path

import torch
from pydantic import ValidationError

from trainer import catalogue, elastic, memory, ranks
from trainer.contract import FAILED, FINISHED, N_, STOPPED, Failed, JobSpec, Log, SpecError
from trainer.distributed import ALONE, LostRankError, Ranks, join
from trainer.failures import Stopped, TrainingError
from trainer.loop import train
from trainer.ranks import LOST
from trainer.reporter import Emit, Reporter

NO_MEMORY = N_("The job needs more memory than it may use.")
ANEW = N_("Clone the job and launch the clone: it begins anew, by the version that is here.")
LESS_MEMORY = N_("Choose a smaller model or batch, or give the job more memory.")


def run(spec: JobSpec, emit: Emit, stop: threading.Event, met: Ranks = ALONE) -> int:
    """Train, and say how it ended: 0 finished, 1 failed, 3 stopped with a checkpoint. Raises LostRankError."""
    try:
        memory.limit(spec.limits.memory_mb)
        train(catalogue.checked(spec), emit, stop, met)
    except Stopped:
        return STOPPED
    except TrainingError as error:
        emit(error.event())
    except SpecError as error:
        hint = ANEW if error.field == "recipe_version" else N_("Change the job's parameters and launch it again.")
        emit(Failed(failure="spec", text=error.text, hint=hint, params=error.params))
    except (MemoryError, torch.OutOfMemoryError):
        emit(Failed(failure="memory", text=NO_MEMORY, hint=LESS_MEMORY))
    except Exception as error:
        emit(unexpected(error, emit, masked=bool(spec.masked)))
    else:
        return FINISHED
    return FAILED


def unexpected(error: Exception, emit: Emit, *, masked: bool = False) -> Failed:
    """Torch tells a failed allocation as a plain RuntimeError; anything else is our own mistake.

    Where fields are masked, an error's own words are left out: they may quote a value.
    """
    lines = traceback.format_tb(error.__traceback__) if masked else traceback.format_exception(error)
    emit(Log(level="debug", text="%(traceback)s", params={"traceback": "".join(lines)}))
    if memory.exhausted(error):
        return Failed(failure="memory", text=NO_MEMORY, hint=LESS_MEMORY)
    return Failed(
        failure="internal",
        text=N_("The trainer met an unexpected error: %(reason)s"),
        hint=N_("Tell the people who run this hub; the log has the details."),
        params={"reason": type(error).__name__ if masked else f"{type(error).__name__}: {error}"[:500]},
    )


def run_file(path: Path, *, events: int, stop: threading.Event) -> int:
    """Run the specification in that file, with events to that descriptor."""
    emit = Reporter(events)
    try:
        spec = read_spec(path)
    except SpecError as error:
        emit(Failed(failure="spec", text=error.text, params=error.params))
        return FAILED
    else:
        if elastic.started():
            return _by_torchrun(spec, emit, stop)
        if spec.processes > 1:
            return ranks.run(spec, work, emit, stop)
        return run(spec, emit, stop)
    finally:
        emit.close()


def work(rank: int, spec: JobSpec, meeting: str, events: int, stop: threading.Event) -> int:
    """One of several processes; of those that do not lead only a failure of their own is told."""
    threads = int(os.environ.get("TRAINER_SLOT_THREADS") or os.cpu_count() or 1)
    os.environ["TRAINER_SLOT_THREADS"] = str(max(1, threads // spec.processes))
    tell = Reporter(events)
    try:
        met = join(rank, spec.processes, meeting=meeting, gpu=spec.device == "gpu")
        return run(spec, tell if met.leads else failures_only(tell), stop, met)
    finally:
        tell.close()


def _by_torchrun(spec: JobSpec, emit: Emit, stop: threading.Event) -> int:
    """One of several processes that torchrun started, here or on several machines, and starts again."""
    try:
        met = elastic.joined(gpu=spec.device == "gpu")
        spec = elastic.taken_up(spec, met)
        code = run(spec, emit if met.leads else failures_only(emit), stop if met.leads else threading.Event(), met)
    except LostRankError:
        return LOST
    if code == FINISHED and met.leads:
        elastic.unmark(spec)
    return code


def failures_only(emit: Emit) -> Emit:
    """What a process tells that does not lead."""
    return lambda payload: emit(payload) if isinstance(payload, Failed) else None


def read_spec(path: Path) -> JobSpec:
    try:
        return JobSpec.model_validate(json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        reason = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise SpecError(N_("The job specification cannot be read: %(reason)s"), {"reason": reason}) from None
