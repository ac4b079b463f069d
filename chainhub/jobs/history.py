"""What a job has told so far: curves without the steps that a later run took again, log lines, the runs' events."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max

from chainhub.core.sentences import render
from chainhub.jobs import lines
from chainhub.jobs.models import Metric, Run, RunEvent, TrainingJob

LAST_LINES = 500

Key = tuple[str, str, int | None, str, int | None]  # name, split, organization, series, fold


def curves(job: TrainingJob) -> dict[Key, list[Metric]]:
    """Points by curve in the order of their steps. Where two runs took the same step, the later one counts."""
    found: dict[Key, dict[int, Metric]] = defaultdict(dict)
    standing = job.metrics.filter(run__number__gte=_first_run_that_counts(job))
    for point in standing.order_by("run__number", "seq").iterator(chunk_size=5000):
        key = (point.name, point.split, point.organization_id, point.series, point.fold)
        found[key][point.step] = point
    return {key: [points[step] for step in sorted(points)] for key, points in found.items()}


def _first_run_that_counts(job: TrainingJob) -> int:
    """A run that began anew makes all before it void; one that went on from a checkpoint does not."""
    return job.runs.filter(resumed_from=None).aggregate(number=Max("number"))["number"] or 1


def points(job: TrainingJob, *, name: str = "") -> Iterator[Metric]:
    """All points that stand, curve by curve."""
    for (metric, *_rest), line in sorted(curves(job).items(), key=lambda item: [str(part) for part in item[0]]):
        if not name or metric == name:
            yield from line


def log_lines(job: TrainingJob, *, last: int = LAST_LINES) -> list[dict[str, Any]]:
    """The newest lines in the current language, oldest first; each run begins and ends with one of the hub's own."""
    said = RunEvent.objects.filter(run__job=job, kind__in=lines.KINDS).order_by("-run__number", "-seq")[:last]
    by_run: dict[int, list[RunEvent]] = defaultdict(list)
    for event in reversed(said):
        by_run[event.run_id].append(event)
    found: list[dict[str, Any]] = []
    for run in job.runs.select_related("node"):
        found.append(_line(run.started_at, lines.began(run), run))
        found += [_line(one.at, lines.line_of(one.kind, one.payload), run) for one in by_run[run.pk]]
        if run.ended_at:
            found.append(_line(run.ended_at, lines.ended(run), run))
    return found


def _line(at: datetime, line: lines.Line, run: Run) -> dict[str, Any]:
    return {"at": at, "level": line.level, "text": render(line.sentence), "run": run.number}


def latest_run(job: TrainingJob) -> Run | None:
    """The attempt that counts now."""
    return job.runs.select_related("node").order_by("-number").first()


def rows_used(job: TrainingJob) -> dict[str, int]:
    """Organization to rows, once the data has been read."""
    started = RunEvent.objects.filter(run__job=job, kind="started").order_by("-run__number").first()
    return dict(started.payload["rows"]) if started else {}
