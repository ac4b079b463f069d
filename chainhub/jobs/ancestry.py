"""A job that goes on from a model of this hub stands on that model's data too: which jobs made it, on which terms."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.models import ApprovalStatus, JobInput, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.policies.enforcement import Use, refusals
from chainhub.policies.reading import grants_for, terms_of
from chainhub.policies.terms import TRAIN_POOLED

# Without the names of datasets: a model is known to everybody who received it, its data may not be.
TAKEN_BACK = gettext_noop("“%(base)s” learnt from data of %(owner)s that may no longer be used.")
NOT_GRANTED = gettext_noop(
    "“%(base)s” learnt from data of %(owner)s that is not granted to %(organization)s in this collaboration."
)
FORBIDDEN = gettext_noop("“%(base)s” learnt from data of %(owner)s. %(reason)s %(way_out)s")


def makers_of(base: BaseModel | None) -> list[TrainingJob]:
    """The job that made the model, the one that made what it went on from, and so on; none for what was imported."""
    found: list[TrainingJob] = []
    while base is not None and base.collaboration_id is not None:
        # What it found is long, and nobody asks for it here.
        maker = TrainingJob.objects.select_related("base", "organization").defer("result").filter(made=base).first()
        if maker is None:
            break
        found.append(maker)
        base = maker.base
    return found


def inputs_below(base: BaseModel | None) -> QuerySet[JobInput]:
    """What the model learnt from on this hub, itself and by what it went on from."""
    makers = [job.pk for job in makers_of(base)]
    return JobInput.objects.filter(job__in=makers).select_related("version__dataset__organization").order_by("pk")


def inputs_with_base(job: TrainingJob) -> QuerySet[JobInput]:
    """The job's own inputs, and what its base model learnt from."""
    jobs = [job.pk, *(one.pk for one in makers_of(job.base))]
    return JobInput.objects.filter(job__in=jobs).select_related("version__dataset__organization").order_by("pk")


def with_heirs(jobs: Iterable[int]) -> set[int]:
    """The jobs, and those that went on from what they made, over any number of steps."""
    return set().union(*heirs_of(jobs).values())


def heirs_of(jobs: Iterable[int]) -> dict[int, set[int]]:
    """Of each job itself and those that went on from what it made; a query for each step, however many jobs."""
    known = set(jobs)
    below: dict[int, set[int]] = {job: set() for job in known}
    newest = known
    while newest:
        pairs = TrainingJob.objects.filter(base__maker__in=newest).values_list("base__maker", "pk")
        newest = set()
        for maker, heir in pairs:
            below[maker].add(heir)
            if heir not in below:
                below[heir] = set()
                newest.add(heir)
    return {job: _reached(job, below) for job in known}


def _reached(job: int, below: Mapping[int, set[int]]) -> set[int]:
    found = newest = {job}
    while newest:
        newest = set().union(*(below[one] for one in newest)) - found
        found = found | newest
    return found


def standing_on(datasets: Collection[Dataset]) -> Q:
    """Jobs that read one of the datasets, or go on from a model that learnt from one."""
    used = set(JobInput.objects.filter(version__dataset__in=datasets).values_list("job", flat=True))
    return Q(pk__in=with_heirs(used))


@dataclass(frozen=True)
class Going:
    """Who goes on from a base model, and where; `job` where there is one already, whose approvals count."""

    base: BaseModel | None
    organization: Organization
    collaboration: Collaboration
    recipe: str
    job: TrainingJob | None = None

    @classmethod
    def of(cls, job: TrainingJob) -> "Going":
        return cls(job.base, job.organization, job.collaboration, job.recipe, job)

    def grants(self, *, at: datetime | None = None, without: Grant | None = None) -> dict[int, Grant]:
        """Dataset to the grant under which its knowledge is taken further."""
        keys = {one.version.dataset_id for one in inputs_below(self.base)}
        return grants_for(self.collaboration, self.organization, datasets=keys, at=at, without=without) if keys else {}

    def why_not(
        self, *, at: datetime | None = None, asked: bool = True, without: Grant | None = None
    ) -> Sentence | None:
        """Why the job may not go on from the model: each of its data must permit this job as if it read it.

        `at`: at a moment that has passed; a grant that was given since may permit it too. Without `asked`, owners who
        approve each job must have approved this one.
        """
        if self.base is None or self.base.collaboration_id is None:
            return None
        tried = [self.grants(at=moment, without=without) for moment in dict.fromkeys([at, None])]
        for one in inputs_below(self.base):
            said = {"base": self.base.name, "owner": one.version.dataset.organization.name}
            dataset = one.version.dataset
            grants = [found.get(dataset.pk) for found in tried]
            refused = [self._forbidden(dataset, grant, said, at=at, asked=asked) for grant in dict.fromkeys(grants)]
            if None not in refused:
                return refused[-1] if grants[-1] else refused[0]
        return None

    def _forbidden(
        self, dataset: Dataset, grant: Grant | None, said: dict[str, str], *, at: datetime | None, asked: bool
    ) -> Sentence | None:
        if dataset.withdrawn_at and dataset.withdrawn_at <= (at or timezone.now()):
            return sentence(TAKEN_BACK, **said)
        if grant is None:
            return sentence(NOT_GRANTED, **said, organization=self.organization.name)
        terms = terms_of(grant)
        # The job reads none of its rows: how many jobs may read them, and how many rows a class has, is not asked.
        use = Use(
            act=TRAIN_POOLED,
            organization=self.organization.slug,
            owner=dataset.organization.slug,
            at=at or timezone.now(),
            collaboration=self.collaboration.slug,
            purpose=self.collaboration.scenario,
            recipe=self.recipe,
            approved=asked or not terms.ask_each_job or self._approved_by(dataset.organization_id),
        )
        for refusal in refusals(use, terms):
            return sentence(FORBIDDEN, **said, reason=refusal.reason, way_out=refusal.way_out)
        return None

    def _approved_by(self, owner: int) -> bool:
        if self.job is None:
            return True
        answers = {"status": ApprovalStatus.APPROVED, "spec_hash": self.job.spec_hash}
        return self.job.approvals.filter(organization=owner, **answers).exists()
