"""How much work a job will be: rows, steps, memory, and the time that its model and data and earlier jobs tell."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from django.db.models import Count

from chainhub.bases.models import BaseModel
from chainhub.bases.shapes import shape_of
from chainhub.datasets.disclosure import masked_field, masked_for
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.catalogue import memory_of
from chainhub.jobs.dividing import BY_ORGANIZATION, COUNTED, TIMED, WALK
from chainhub.jobs.durations import Span, span_of
from chainhub.jobs.models import Run, RunEvent, Status, TrainingJob

MEGABYTE = 2**20
NUMBERS, CATEGORIES = {"integer", "number"}, {"category", "boolean"}
FEW = 20  # a target of more different numbers than this is a quantity
LOOK_BACK = 20  # earlier jobs of the recipe


@dataclass(frozen=True)
class Estimate:
    """Seconds are None where no earlier job tells."""

    rows: int
    train_rows: int
    steps: int
    models: int
    seconds: float | None
    based_on: int
    memory_mb: int | None = None  # at its highest; None where the recipe cannot say
    memory_limit: int | None = None  # where that is less than the memory
    span: Span | None = None  # how long, from the model and the data; None where the recipe cannot say
    processes: int = 1
    running: int = 0  # jobs on the same kind of device now, anybody's
    queued: int = 0  # and those that wait for it


def estimate(
    user: Any, recipe: str, *, device: str, versions: Sequence[DatasetVersion], split: Mapping[str, Any],
    parameters: Mapping[str, Any], target: str = "", fields: Sequence[str] | None = None,
    limits: Mapping[str, Any] | None = None, base: BaseModel | None = None, processes: int = 1,
) -> Estimate:  # fmt: skip
    """What the trainer's plan will come to, and how long steps took so far in jobs that the person may see."""
    by_owner: dict[int, int] = defaultdict(int)
    for version in versions:
        by_owner[version.dataset.organization_id] += version.rows or 0
    by_others = split["kind"] == BY_ORGANIZATION
    alone = bool(parameters.get("baselines")) and len(by_owner) > 1 and not by_others
    fits = _fits(list(by_owner.values()), split, alone=alone)
    batch, epochs = int(parameters["batch_size"]), int(parameters["epochs"])
    steps = sum(epochs * math.ceil(rows / batch) for rows in fits)
    speeds = _seconds_per_step(user, recipe=recipe, device=device, processes=processes, base=base)
    data = _data_of(user, versions, target, fields) | {"base": shape_of(base) if base else None}
    data["held_out"] = max(by_owner.values(), default=0) if by_others else round(data["rows"] * _held_out(split))
    memory, most = memory_of(recipe, parameters, data), (limits or {}).get("memory_mb")
    megabytes = None if memory is None else math.ceil(memory / MEGABYTE)
    return Estimate(
        rows=sum(by_owner.values()),
        train_rows=round(mean(fits[:-1])) if by_others and len(fits) > 1 else fits[0],
        steps=steps,
        models=len(fits),
        seconds=steps * median(speeds) if speeds else None,
        based_on=len(speeds),
        memory_mb=megabytes,
        memory_limit=most if most and megabytes and most < megabytes else None,
        span=span_of(recipe, parameters, data, steps=steps, device=device, processes=processes),
        processes=processes,
        **_busy(device),
    )


def _busy(device: str) -> dict[str, int]:
    """What else there is to do; nobody knows how long that takes, so it is told and not added."""
    alike = TrainingJob.objects.filter(device=device, status__in=[Status.RUNNING, Status.QUEUED])
    told = dict(alike.values_list("status").annotate(Count("pk")).order_by())
    return {"running": told.get(Status.RUNNING, 0), "queued": told.get(Status.QUEUED, 0)}


def _data_of(
    user: Any, versions: Sequence[DatasetVersion], target: str, fields: Sequence[str] | None
) -> dict[str, Any]:  # fmt: skip
    """The shape of the data: fields as inspection found them in any of the versions, as far as the person may know.

    Of masked ones the values are not counted: whoever chooses how wide a layer is could read their number out of the
    memory that it takes.
    """
    masked = {version: masked_for(user, version.dataset) for version in versions}
    found = {
        one["name"]: masked_field(one, masked[version])
        for version in versions
        for one in version.inspection.get("fields", [])
    }
    used = [one for name, one in found.items() if name != target and (not fields or name in fields)]
    about = found.get(target, {})
    distinct = int(about.get("distinct") or 0)
    return {
        "rows": sum(version.rows or 0 for version in versions),
        "numbers": sum(one.get("type") in NUMBERS for one in used),
        "categories": tuple(int(one.get("distinct") or 0) for one in used if one.get("kind") in CATEGORIES),
        "classes": 1 if about.get("type") in NUMBERS and distinct > FEW else max(2, distinct),
        "size": _letters(used if fields else [], about, used) * sum(version.rows or 0 for version in versions),
    }


def _letters(chosen: Sequence[Mapping[str, Any]], about: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> int:
    """Of a row's texts on average: the chosen ones and a target that is one; else the longest, for one is read."""
    target = _mean(about)
    read = sum(map(_mean, chosen)) if chosen or target else max(map(_mean, others), default=0)
    return target + read


def _mean(field: Mapping[str, Any]) -> int:
    return round((field.get("lengths") or {}).get("mean") or 0)


def _fits(rows: Sequence[int], split: Mapping[str, Any], *, alone: bool) -> list[int]:
    """Rows to learn from, for each model of the plan."""
    if split["kind"] == BY_ORGANIZATION:
        return [round((sum(rows) - own) * (1 - float(split["validation_fraction"]))) for own in rows] + [sum(rows)]
    folds = int(split["folds"]) if split["kind"] in COUNTED else 1
    share = (1 - _held_out(split)) * (1 - float(split["validation_fraction"]))
    together = [round(sum(rows) * share)] * folds + ([sum(rows)] if folds > 1 else [])
    return together + [round(one * share) for one in rows for _ in range(folds) if alone]


def _held_out(split: Mapping[str, Any]) -> float:
    """Share of the rows that a model does not learn from, on average, and at most is judged by."""
    later = float(split["test_fraction"]) / (2 if split["kind"] == WALK else 1)  # of a walk's steps half are past each
    return 1 / int(split["folds"]) if split["kind"] in COUNTED and split["kind"] not in TIMED else later


def _seconds_per_step(user: Any, **alike: Any) -> list[float]:
    """Of jobs that are the same in this; a step of a large base model says nothing of a small one's."""
    jobs = TrainingJob.objects.visible_to(user).filter(status=Status.SUCCEEDED, **alike)
    runs = Run.objects.filter(job__in=jobs.values("pk"), outcome="succeeded", resumed_from=None)
    runs = runs.exclude(first_step_at=None).order_by("-pk")[:LOOK_BACK]
    spans = {
        run.pk: (run.ended_at - run.first_step_at).total_seconds() for run in runs if run.ended_at and run.first_step_at
    }
    told = RunEvent.objects.filter(run__in=list(spans), kind="started").values_list("run_id", "payload")
    return [spans[run] / payload["steps_total"] for run, payload in told if payload.get("steps_total")]
