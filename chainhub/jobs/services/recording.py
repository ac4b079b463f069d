"""What the trainer says is stored once, in its order, and then told to everybody who watches."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from chainhub.core.live import publish
from chainhub.jobs import lines
from chainhub.jobs.dividing import FOLDED
from chainhub.jobs.models import Artifact, Metric, Run, RunEvent, TrainingJob
from chainhub.jobs.runner import Said
from chainhub.jobs.services.running import LeaseLostError
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob

KEPT_APART = {"metric", "progress"}  # points go to their own table, progress to the job's row


def record_events(run: Run, said: Sequence[Said], *, parties: Mapping[str, Organization]) -> None:
    """One transaction for a batch, then live. Raises `LeaseLostError`; sending a batch twice stores it once."""
    with transaction.atomic():
        _check_lease(run)
        kept = [one for one in said if one.kind not in KEPT_APART]
        RunEvent.objects.bulk_create([_event(run, one) for one in kept], ignore_conflicts=True)
        metrics = [_metric(run, one, parties) for one in said if one.kind == "metric"]
        Metric.objects.bulk_create(metrics, ignore_conflicts=True)
        if progress := _progress(said):
            TrainingJob.objects.filter(pk=run.job_id).update(progress=progress)
    tell(run, said)


def record_usage(run: Run, usage: Mapping[str, Any]) -> None:
    """What the run takes of its machine now."""
    run.usage = {**usage, "peak_memory": max(usage["memory"], run.usage.get("peak_memory", 0))}
    Run.objects.filter(pk=run.pk).update(usage=run.usage)
    publish(run.job.topic, "usage", **run.usage)


def record_timings(run: Run, timings: Mapping[str, float]) -> None:
    """Where the time from claim to first step went."""
    run.timings = {**run.timings, **timings}
    changes: dict[str, Any] = {"timings": run.timings}
    if "first_step" in timings and run.first_step_at is None:
        run.first_step_at = changes["first_step_at"] = timezone.now()
    Run.objects.filter(pk=run.pk).update(**changes)


def record_artifact(run: Run, path: str, blob: Blob) -> None:
    """A file that the run left, once per path."""
    Artifact.objects.update_or_create(run=run, path=path, defaults={"blob": blob})


def record_checkpoint(run: Run, blob: Blob, *, step: int) -> Blob | None:
    """From here another machine can go on; the checkpoint that it replaces is given back. Raises `LeaseLostError`."""
    with transaction.atomic():
        _check_lease(run)
        before = run.checkpoint
        Run.objects.filter(pk=run.pk).update(checkpoint=blob, checkpoint_step=step)
    run.checkpoint, run.checkpoint_step = blob, step
    return before if before and before.pk != blob.pk else None


def tell(run: Run, said: Sequence[Said]) -> None:
    """A batch as browsers get it: few pieces of news, so that a browser that comes late still finds the beginning.

    Sentences are rendered in each reader's language where they leave the hub.
    """
    if not said:
        return
    topic, about = run.job.topic, {"run": run.number}
    newest = {"at": said[-1].at.isoformat(), **about}
    if points := [_point(one.payload) for one in said if one.kind == "metric" and _is_shown(run, one.payload)]:
        publish(topic, "metrics", points=points, **newest)
    if progress := _progress(said):
        publish(topic, "progress", **progress, sentence=lines.phase_of(progress), **newest)
    for one in said:
        when = {"seq": one.seq, "at": one.at.isoformat(), **about}
        if one.kind in {"started", "checkpoint", "artifact", "finished", "failed"}:
            publish(topic, one.kind, **when)
        if one.kind in lines.KINDS:
            line = lines.line_of(one.kind, one.payload)
            publish(topic, "log", level=line.level, sentence=line.sentence, **when)


def _is_shown(run: Run, point: Mapping[str, Any]) -> bool:
    """Curves show the first fold; the final model after folds has no rows to be judged on."""
    return point.get("fold") == (1 if run.job.split.get("kind") in FOLDED else None)


def _point(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload[name] for name in ("name", "step", "value", "split", "organization", "series")}


def _check_lease(run: Run) -> None:
    mine = Run.objects.select_for_update().filter(pk=run.pk, lease=run.lease, ended_at=None)
    if not mine.exists():
        raise LeaseLostError


def _event(run: Run, one: Said) -> RunEvent:
    return RunEvent(run=run, seq=one.seq, at=one.at, kind=one.kind, payload=one.payload)


def _metric(run: Run, one: Said, parties: Mapping[str, Organization]) -> Metric:
    point = one.payload
    return Metric(
        job_id=run.job_id,
        run=run,
        seq=one.seq,
        name=point["name"],
        step=point["step"],
        epoch=point["epoch"],
        value=point["value"],
        split=point["split"],
        organization=parties.get(point["organization"] or ""),
        series=point["series"],
        fold=point.get("fold"),
    )


def _progress(said: Sequence[Said]) -> dict[str, Any] | None:
    return next((one.payload for one in reversed(said) if one.kind == "progress"), None)
