"""A run that starts reads data: written down for the owner of each dataset, once for every run."""

from django.utils.translation import gettext_noop

from chainhub.activity.services import record
from chainhub.core.sentences import sentence
from chainhub.jobs.models import Run


def record_trainings(run: Run) -> None:
    """One audit event for each dataset, in the name of who launched the job; within the transaction that claims it."""
    job = run.job
    for one in job.inputs.select_related("version__dataset__organization"):
        dataset = one.version.dataset
        said = sentence(
            gettext_noop("Training job #%(number)s “%(title)s” began to learn from “%(dataset)s” version %(version)s."),
            number=job.pk,
            title=job.title,
            version=one.version.number,
            dataset=dataset.name,
        )
        topics = [dataset.topic, dataset.organization.topic, job.topic, job.collaboration.topic, job.organization.topic]
        record("dataset.trained", said, actor=job.proposed_by, topics=topics, target_url=job.get_absolute_url())
