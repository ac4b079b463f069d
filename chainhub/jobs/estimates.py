"""How much work a job will be: rows, steps, and the time that earlier jobs like it took."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import Run, RunEvent, Status, TrainingJob

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


def estimate(
    user: Any, recipe: str, *, device: str, versions: Sequence[DatasetVersion], split: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> Estimate:  # fmt: skip
    """What the trainer's plan will come to, and how long steps took so far in jobs that the person may see."""
    by_owner: dict[int, int] = defaultdict(int)
    for version in versions:
        by_owner[version.dataset.organization_id] += version.rows or 0
    fits = _fits(list(by_owner.values()), split, alone=bool(parameters.get("baselines")) and len(by_owner) > 1)
    batch, epochs = int(parameters["batch_size"]), int(parameters["epochs"])
    steps = sum(epochs * math.ceil(rows / batch) for rows in fits)
    speeds = _seconds_per_step(user, recipe, device)
    return Estimate(
        rows=sum(by_owner.values()),
        train_rows=fits[0],
        steps=steps,
        models=len(fits),
        seconds=steps * median(speeds) if speeds else None,
        based_on=len(speeds),
    )


def _fits(rows: Sequence[int], split: Mapping[str, Any], *, alone: bool) -> list[int]:
    """Rows to learn from, for each model of the plan."""
    folds = int(split["folds"]) if split["kind"] == "k-fold" else 1
    held_out = 1 / folds if folds > 1 else float(split["test_fraction"])
    share = (1 - held_out) * (1 - float(split["validation_fraction"]))
    together = [round(sum(rows) * share)] * folds + ([sum(rows)] if folds > 1 else [])
    return together + [round(one * share) for one in rows for _ in range(folds) if alone]


def _seconds_per_step(user: Any, recipe: str, device: str) -> list[float]:
    jobs = TrainingJob.objects.visible_to(user).filter(recipe=recipe, device=device, status=Status.SUCCEEDED)
    runs = Run.objects.filter(job__in=jobs.values("pk"), outcome="succeeded", resumed_from=None)
    runs = runs.exclude(first_step_at=None).order_by("-pk")[:LOOK_BACK]
    spans = {
        run.pk: (run.ended_at - run.first_step_at).total_seconds() for run in runs if run.ended_at and run.first_step_at
    }
    told = RunEvent.objects.filter(run__in=list(spans), kind="started").values_list("run_id", "payload")
    return [spans[run] / payload["steps_total"] for run, payload in told if payload.get("steps_total")]
