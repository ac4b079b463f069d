"""What of a job's data a reader may know of: its inputs with or without their names, and what is said of it."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from chainhub.core.sentences import Sentence
from chainhub.datasets.knowing import known_in, known_to, without_names
from chainhub.datasets.models import Dataset
from chainhub.jobs.models import TrainingJob


def hidden_from(user: Any, jobs: Iterable[TrainingJob]) -> dict[int, list[Dataset]]:
    """Job to those of its datasets that the person may not know of; one question for all jobs whose inputs are there.

    `user` None stands for every participant at once: whoever reads what is written for all of them.
    """
    used = {job.pk: (job, [one.version.dataset for one in _inputs(job)]) for job in jobs}
    keys = {dataset.pk for _job, datasets in used.values() for dataset in datasets}
    if user is not None:
        known = known_to(user, keys) if keys else set()
        return {pk: [one for one in datasets if one.pk not in known] for pk, (_job, datasets) in used.items()}
    known_there = cache(lambda collaboration: known_in(collaboration, keys))
    return {
        pk: [one for one in datasets if one.pk not in known_there(job.collaboration_id)]
        for pk, (job, datasets) in used.items()
    }


def told(user: Any, job: TrainingJob, said: Sentence | None) -> Any:
    """A sentence about the job, as the person may read it; `user` None as above."""
    return told_without(job, said, hidden_from(user, [job])[job.pk]) if said else None


def told_without(job: TrainingJob, said: Mapping[str, Any] | None, hidden: Iterable[Dataset]) -> Any:
    """The same where it is known already which of the job's datasets are hidden from the reader."""
    return without_names(said, hidden, [one.version.dataset for one in _inputs(job)] if hidden else ())


def _inputs(job: TrainingJob) -> Any:
    if "inputs" in getattr(job, "_prefetched_objects_cache", {}):
        return job.inputs.all()
    return job.inputs.select_related("version__dataset__organization").defer("version__inspection", "version__profile")
