"""Events and runs as lines of a log, and progress as a few words; sentences, so that each reader has their language."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.jobs.models import Run

KINDS = ("log", "started", "finished", "failed")

STARTED = gettext_noop("Data read: %(rows)s rows. The model has %(parameters)s parameters; up to %(steps)s steps.")
FINISHED = gettext_noop("Training finished: %(metric)s %(value)s.")
PHASES = {
    "train": gettext_noop("Trains together: epoch %(epoch)s of %(epochs)s"),
    "alone": gettext_noop("Trains each organization alone, to compare: epoch %(epoch)s of %(epochs)s"),
    "evaluate": gettext_noop("Evaluates"),
    "explain": gettext_noop("Explains"),
    "export": gettext_noop("Writes the model"),
}
BEGAN = gettext_noop("Run %(number)s begins on %(node)s.")
WENT_ON = gettext_noop("Run %(number)s goes on from the last checkpoint, on %(node)s.")
ENDED = {
    "succeeded": gettext_noop("Run %(number)s succeeded."),
    "failed": gettext_noop("Run %(number)s failed."),
    "canceled": gettext_noop("Run %(number)s was canceled."),
    "lost": gettext_noop("Run %(number)s was lost: its worker stopped answering."),
    "drained": gettext_noop("Run %(number)s was given back: its node was stopped."),
}


class Line(NamedTuple):
    """One line of a log."""

    level: str
    sentence: Sentence


def line_of(kind: str, payload: Mapping[str, Any]) -> Line:
    """What the trainer said, for one of `KINDS`."""
    if kind == "started":
        rows, count = sum(payload["rows"].values()), payload["parameters_count"]
        return Line("info", sentence(STARTED, rows=rows, parameters=count, steps=payload["steps_total"]))
    if kind == "finished":
        value = payload["value"]
        shown = "–" if value is None else f"{value:.4g}"
        return Line("info", sentence(FINISHED, metric=payload["primary_metric"], value=shown))
    level = "error" if kind == "failed" else payload["level"]
    return Line(level, sentence(payload["text"], **payload.get("params", {})))


def phase_of(progress: Mapping[str, Any]) -> Sentence | None:
    """What the run does now."""
    text = PHASES.get(progress.get("phase", ""))
    if text is None:
        return None
    return sentence(text, epoch=progress.get("epoch", 0), epochs=progress.get("epochs", 0))


def began(run: Run) -> Line:
    """The hub's own line at the beginning of a run."""
    text = WENT_ON if run.resumed_from_id else BEGAN
    return Line("info", sentence(text, number=run.number, node=run.node.name if run.node else "–"))


def ended(run: Run) -> Line:
    """The hub's own line at its end."""
    level = {"failed": "error", "lost": "warning"}.get(run.outcome, "info")
    return Line(level, sentence(ENDED.get(run.outcome, ENDED["failed"]), number=run.number))
