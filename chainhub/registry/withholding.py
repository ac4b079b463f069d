"""A model is not published when its data was used against the terms; the job says why."""

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify, record
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import Sentence, sentence
from chainhub.jobs.ancestry import inputs_with_base
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.naming import told
from chainhub.jobs.terms import why_unpublishable
from chainhub.organizations.permissions import STEWARDS

WITHHELD = gettext_noop("The model of training job #%(number)s “%(title)s” is not published. %(why)s")


def withheld(job: TrainingJob) -> bool:
    """Whether the terms keep the model back; asked again by each sweep, it is told once.

    Within a transaction that holds the row.
    """
    why = why_unpublishable(job)
    if why == job.reason:
        return why is not None
    job.reason = why
    job.save(update_fields=["reason"])
    if why is None:
        return False
    owners = set(inputs_with_base(job).values_list("version__dataset__organization_id", flat=True))
    people = User.objects.filter(memberships__organization__in=owners, memberships__role__in=STEWARDS)
    for person in {one.pk: one for one in (job.proposed_by, *people.distinct())}.values():
        notify([person], "model.withheld", _said(job, told(person, job, why)), url=job.get_absolute_url())
    publish_on_commit(job.topic, "state", status=job.status)
    topics = [job.topic, job.collaboration.topic, *(f"organization:{pk}" for pk in owners)]
    said = _said(job, told(None, job, why))
    record("model.withheld", said, actor=None, topics=topics, target_url=job.get_absolute_url())
    return True


def _said(job: TrainingJob, why: Sentence) -> Sentence:
    return sentence(WITHHELD, number=job.pk, title=job.title, why=why)
