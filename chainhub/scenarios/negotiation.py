"""What the demo shows of terms: a counter-offer that waits for an answer, and a job that its terms stop at the start.

Both look first whether they are there already, as everything in the demo does.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services.proposing import propose_job
from chainhub.organizations.models import Organization
from chainhub.policies import services
from chainhub.policies.models import AccessRequest
from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_POOLED, VIEW_ROWS, Terms

PURPOSE = (
    "Look at the pictures that the shared model gets wrong, and tell the supplier which kinds of part to photograph "
    "again.\n查看共享模型判断错误的图片，并告知供应商哪些零件需要重新拍摄。"
)
WISH = "We would like to work on the files with our own tools. 我们希望用自己的工具处理这些文件。"
ANSWER = "You may look at the rows here; the files stay with us. 可以在平台上查看数据行，文件不外传。"
WANTED = Terms(uses=(TRAIN_POOLED, DOWNLOAD), max_jobs=50)
HALF_A_YEAR = timedelta(days=182)
STOPPED = "Against the terms 违反条款的任务"


def begin_negotiation(
    dataset: Dataset, collaboration: Collaboration, consumer: Organization, *, asks: User, answers: User
) -> AccessRequest:
    """`consumer` asks for the files; the owner offers the rows, for ten jobs and half a year. That offer waits."""
    asked = AccessRequest.objects.filter(dataset=dataset, organization=consumer).first()
    if asked is None:
        asked = services.request_access(
            dataset, collaboration, consumer, actor=asks, purpose=PURPOSE, terms=WANTED, note=WISH
        )
    if asked.turns.count() == 1:
        until = (timezone.now() + HALF_A_YEAR).date()
        offer = Terms(uses=(TRAIN_POOLED, VIEW_ROWS), max_jobs=10, until=until, delete_after_days=30)
        services.counter(asked, offer, actor=answers, note=ANSWER)
    return asked


def launch_against_terms(
    dataset: Dataset, collaboration: Collaboration, by: Organization, *, actor: User, owner: User, **settings: Any
) -> TrainingJob | None:
    """A job on data that its owner keeps for evaluating by the time it would start: the worker refuses it."""
    job = collaboration.jobs.filter(title=STOPPED).first()
    if job is None and (version := dataset.latest_version) is not None:
        services.grant_on_terms(dataset, collaboration, actor=owner, terms=Terms())
        job = propose_job(
            actor=actor, organization=by, collaboration=collaboration, title=STOPPED, versions=[version], **settings
        )
    only = Terms(uses=(EVALUATE,))
    services.set_policy(dataset, only, actor=owner)
    services.grant_on_terms(dataset, collaboration, actor=owner, terms=only)
    return job
