"""A run that starts reads data: written down for the owner of each dataset, once for every run.

The participants read it too, where they may know of the dataset.
"""

from django.utils.translation import gettext_noop

from chainhub.activity.services import record
from chainhub.core.sentences import sentence
from chainhub.datasets.knowing import known_in
from chainhub.jobs.models import Run


def record_trainings(run: Run) -> None:
    """One audit event for each dataset, in the name of who launched the job; within the transaction that claims it."""
    job = run.job
    inputs = list(job.inputs.select_related("version__dataset__organization"))
    known = known_in(job.collaboration_id, [one.version.dataset_id for one in inputs])
    for one in inputs:
        dataset = one.version.dataset
        said = sentence(
            gettext_noop("Training job #%(number)s “%(title)s” began to learn from “%(dataset)s” version %(version)s."),
            number=job.pk,
            title=job.title,
            version=one.version.number,
            dataset=dataset.name,
        )
        topics = [dataset.topic, dataset.organization.topic, job.organization.topic]
        topics += [job.topic, job.collaboration.topic] if dataset.pk in known else []
        record("dataset.trained", said, actor=job.proposed_by, topics=topics, target_url=job.get_absolute_url())
