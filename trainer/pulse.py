"""The beat after every training step: tell progress, keep checkpoints, notice the end of time or a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from trainer.contract import N_, Checkpoint, JobSpec, Progress
from trainer.failures import Stopped, TrainingError
from trainer.learner import Learner
from trainer.reporter import Emit

Phase = Literal["train", "alone", "evaluate", "explain", "export"]
KEEP, LEAVE, TIME = 1, 2, 3  # what may be due after a step
TELL_EVERY, KEEP_EVERY = 0.25, 2.0  # seconds
PAUSE = 20  # times as long as a checkpoint took passes before the next, so that large models mostly train


class Pulse:
    """Counts the steps of the whole job; `save` writes a checkpoint and returns its path relative to the output."""

    def __init__(self, spec: JobSpec, emit: Emit, stop: threading.Event, total: int) -> None:
        self._emit, self._stop, self.total = emit, stop, total
        self.save: Callable[[Learner | None], str]
        self.decide: Callable[[int], int] = int  # what is due, as all processes do it where they must do it at once
        self.phase: Phase = "train"
        self.offset = 0  # steps of the fits before the one under way
        self._begin = time.monotonic()
        self._first: tuple[float, int] | None = None
        minutes = spec.limits.minutes
        self._deadline = self._begin + minutes * 60 if minutes else float("inf")
        self._next_tell, self._next_keep = 0.0, self._begin + KEEP_EVERY

    def beat(self, learner: Learner) -> None:
        now = time.monotonic()
        due = self.decide(self._due(now))
        if due == LEAVE:
            self._leave(learner)
        if due == TIME:
            self._time_is_up(learner)
        if now >= self._next_tell:
            self._next_tell = now + TELL_EVERY
            self.tell(learner)
        if due == KEEP:
            self.keep(learner)

    def _due(self, now: float) -> int:
        if self._stop.is_set():
            return LEAVE
        if now >= self._deadline:
            return TIME
        return KEEP if now >= self._next_keep else 0

    def between(self) -> None:
        """Between two pieces of work that are not training steps."""
        if self._stop.is_set():
            self._leave(None)
        if time.monotonic() >= self._deadline:
            self._time_is_up(None)

    def tell(self, learner: Learner) -> None:
        done, now = self.offset + learner.steps, time.monotonic()
        if self._first is None:
            self._first = (now, done)
        begin, before = self._first
        rate = (done - before) / (now - begin) if now > begin else 0.0
        left = round((self.total - done) / rate, 1) if rate > 0 else None
        epoch = min(learner.epoch + 1, learner.epochs)
        self._emit(
            Progress(
                done=done, total=self.total, phase=self.phase, epoch=epoch, epochs=learner.epochs, seconds_left=left
            )
        )

    def enter(self, phase: Phase) -> None:
        """All steps are done; what follows is told by name."""
        self.between()
        self.phase = phase
        self._emit(Progress(done=self.total, total=self.total, phase=phase))

    def keep(self, learner: Learner | None) -> None:
        begin = time.monotonic()
        path = self.save(learner)
        step, epoch = (self.offset + learner.steps, learner.epoch) if learner else (self.offset, 0)
        self._emit(Checkpoint(path=path, step=step, epoch=epoch))
        now = time.monotonic()
        self._next_keep = now + max(KEEP_EVERY, PAUSE * (now - begin))

    def _leave(self, learner: Learner | None) -> None:
        self.keep(learner)
        raise Stopped

    def _time_is_up(self, learner: Learner | None) -> None:
        self.keep(learner)
        raise TrainingError(
            "time",
            N_("The time limit was reached before training ended."),
            N_("Resume the job with a higher limit; it goes on from its last checkpoint."),
        )
