"""What a job does with each dataset, as the terms see it; every floor that lets a job go on asks through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.knowing import known_to, without_names
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.jobs import catalogue
from chainhub.jobs.ancestry import Going, inputs_with_base
from chainhub.jobs.classes import fewest_rows
from chainhub.jobs.counting import jobs_under
from chainhub.jobs.models import ApprovalStatus, TrainingJob
from chainhub.jobs.texts import LANGUAGE, task_of
from chainhub.organizations.models import Organization
from chainhub.policies.enforcement import EXPORT, Refusal, Use, refusals
from chainhub.policies.parsing import parse_terms
from chainhub.policies.reading import grants_for, terms_of
from chainhub.policies.terms import TRAIN_POOLED, Terms

FORBIDDEN = gettext_noop("“%(dataset)s” may not be used for this job. %(reason)s %(way_out)s")
NOT_GRANTED = gettext_noop("%(owner)s has not granted “%(dataset)s” to %(organization)s in this collaboration.")
NOT_GRANTED_ALL = gettext_noop("“%(dataset)s” may not be trained on in this collaboration.")
TAKEN_BACK = gettext_noop("“%(dataset)s” was taken back before the training had ended.")
KEPT = gettext_noop("“%(dataset)s”: %(reason)s %(way_out)s")

Grants = Mapping[int, Grant]  # by dataset


class RefusedError(DomainError):
    """What was asked may not be, for a reason that is a sentence already."""

    code = "forbidden-by-terms"

    def __init__(self, why: Sentence, *, field: str = "") -> None:
        super().__init__(why["text"], field=field or None)
        self.sentence = why


class ForbiddenByTermsError(DomainError):
    """A term forbids what was asked; `term` names it, and the sentence says the way out."""

    code = "forbidden-by-terms"

    def __init__(self, version: DatasetVersion, refusal: Refusal) -> None:
        super().__init__(FORBIDDEN, field="versions")
        said = {"dataset": version.dataset.name, "reason": refusal.reason, "way_out": refusal.way_out}
        self.sentence = sentence(FORBIDDEN, **said, term=refusal.term, version=version.pk)  # for pages that show it
        self.term, self.way_out = refusal.term, refusal.way_out


def versions_of(job: TrainingJob) -> list[DatasetVersion]:
    """The pinned versions, in the order of the inputs."""
    inputs = job.inputs.select_related("version__dataset__organization", "version__commit")
    return [one.version for one in inputs]


def grants_of(
    job: TrainingJob, versions: Sequence[DatasetVersion], *, lock: bool = False, without: Grant | None = None
) -> Grants:
    """The grant under which the job stands with each dataset. Locked, two launches count one after the other."""
    datasets = [version.dataset_id for version in versions]
    return grants_for(job.collaboration, job.organization, datasets=datasets, lock=lock, without=without)


def check_terms(
    job: TrainingJob, versions: Sequence[DatasetVersion], grants: Grants, *, at: datetime, asked: bool = False
) -> None:
    """Raises `ForbiddenByTermsError` for the first term that forbids the job, `DomainError` where nothing is granted.

    With `asked` the owners will be asked before it starts; without, they must have said yes to it as it stands.
    """
    pool = _Pool(job, versions)
    for version in versions:
        _check_one(pool, version, grants.get(version.dataset_id), at=at, asked=asked)
    if (why := Going.of(job).why_not(asked=asked)) is not None:
        raise RefusedError(why, field="base")


@dataclass(frozen=True)
class _Pool:
    """A job and everything that it reads."""

    job: TrainingJob
    versions: Sequence[DatasetVersion]

    @cached_property
    def fewest_rows(self) -> Mapping[int, int | None]:
        """Files are opened for it, so only where a term asks, and once."""
        recipe = catalogue.find_recipe(self.job.recipe)
        task = task_of(recipe, self.job.base) or "auto"
        if task == LANGUAGE or recipe.target:
            return dict.fromkeys(version.pk for version in self.versions)  # texts and pictures to be made have no kinds
        return fewest_rows(self.versions, self.job.target, {"task": task, **self.job.parameters})


def _check_one(pool: _Pool, version: DatasetVersion, grant: Grant | None, *, at: datetime, asked: bool) -> None:
    if grant is None:
        raise DomainError(
            NOT_GRANTED,
            field="versions",
            owner=version.dataset.organization.name,
            dataset=version.dataset.name,
            organization=pool.job.organization.name,
        )
    terms = terms_of(grant)
    use = _use(pool, version, grant=grant, terms=terms, at=at, asked=asked)
    for refusal in refusals(use, terms):
        raise ForbiddenByTermsError(version, refusal)


def _use(pool: _Pool, version: DatasetVersion, *, grant: Grant, terms: Terms, at: datetime, asked: bool) -> Use:
    job, owner = pool.job, version.dataset.organization
    counted = pool.fewest_rows if terms.min_rows_per_class else {}
    return Use(
        act=TRAIN_POOLED,  # every recipe there is reads all rows on one node
        organization=job.organization.slug,
        owner=owner.slug,
        at=at,
        collaboration=job.collaboration.slug,
        purpose=job.collaboration.scenario,
        recipe=job.recipe,
        jobs_before=jobs_under([grant], but=job).get(grant.pk, 0) if terms.max_jobs else 0,
        organizations=len({one.dataset.organization_id for one in pool.versions}),
        fewest_rows=counted.get(version.pk),
        countable=version.pk in counted,
        epsilon=None,  # no recipe trains with differential privacy yet
        approved=asked or not terms.ask_each_job or _has_approved(job, owner.pk),
    )


def _has_approved(job: TrainingJob, organization_id: int) -> bool:
    said = {"organization": organization_id, "status": ApprovalStatus.APPROVED, "spec_hash": job.spec_hash}
    return job.approvals.filter(**said).exists()


def why_unpublishable(job: TrainingJob, *, without: Grant | None = None) -> Sentence | None:
    """Why the model of a job that has succeeded may not be published: a use of data that the terms did not permit.

    Of a job that runs: why it would not be, had it ended just now. `without`: as if that grant were taken back now.

    For each dataset, what bound when the training ended decides: the grant of the launch, or the one that had taken its
    place by then. What was permitted then stays so, also where the owner has taken the data back or narrowed the terms
    since. What was not, what binds now may still permit: an owner who renews the grant lets the model out.
    """
    ended = job.finished_at or timezone.now()
    versions = versions_of(job)
    pool = _Pool(job, versions)
    now, then = grants_of(job, versions, without=without), _grants_at(job, versions, ended, without)
    for version in versions:
        tried = [then.get(version.dataset_id), now.get(version.dataset_id)]
        refused = [_unpublishable(pool, version, grant, ended) for grant in dict.fromkeys(tried)]
        if None not in refused:
            return refused[-1] if tried[-1] else refused[0]
    return Going.of(job).why_not(at=ended, without=without)


def _grants_at(job: TrainingJob, versions: Sequence[DatasetVersion], moment: datetime, without: Grant | None) -> Grants:
    """Dataset to the grant of the launch; or, where that had been taken back by the moment, the one that held then."""
    datasets = [version.dataset_id for version in versions]
    found = {one.version.dataset_id: one.grant for one in job.inputs.select_related("version", "grant__organization")}
    launched = {dataset: grant for dataset, grant in found.items() if grant is not None}
    for grant in launched.values():
        if grant == without and grant.revoked_at is None:
            grant.revoked_at = moment  # this copy of the row only
    stood = {
        dataset: grant for dataset, grant in launched.items() if grant.revoked_at is None or grant.revoked_at > moment
    }
    held = grants_for(job.collaboration, job.organization, datasets=datasets, at=moment, without=without)
    return {**launched, **held, **stood}


def _unpublishable(pool: _Pool, version: DatasetVersion, grant: Grant | None, ended: datetime) -> Sentence | None:
    dataset = version.dataset
    moments = (dataset.withdrawn_at, grant.revoked_at if grant else None)
    if any(moment is not None and moment <= ended for moment in moments):
        return sentence(TAKEN_BACK, dataset=dataset.name, key=dataset.pk)
    try:
        # Approvals are asked for at the start; what has begun does not wait for one.
        _check_one(pool, version, grant, at=ended, asked=True)
    except DomainError as refusal:
        return refusal.sentence
    return None


def why_kept(user: User, job: TrainingJob) -> Sentence | None:
    """Why the person may not download what the job made; terms bind the model as they were when it was launched.

    None also for the owner of data that keeps its models here, unless another owner's data does so too.
    """
    mine = set(Organization.objects.of(user).values_list("slug", flat=True))
    for item in inputs_with_base(job):
        owner = item.version.dataset.organization.slug
        who = owner if owner in mine else next(iter(sorted(mine)), "")
        use = Use(act=EXPORT, organization=who, owner=owner, at=timezone.now())
        for refusal in refusals(use, parse_terms(item.terms)):
            said = {"dataset": item.version.dataset.name, "reason": refusal.reason, "way_out": refusal.way_out}
            why: Sentence = without_names(sentence(KEPT, **said), _unknown(user, item.version.dataset))
            return why
    return None


def _unknown(user: User, dataset: Dataset) -> list[Dataset]:
    return [] if known_to(user, [dataset.pk]) else [dataset]


def check_may_leave(user: User, job: TrainingJob) -> None:
    """Raises `RefusedError` where the terms of its data keep what the job made on the hub."""
    if (why := why_kept(user, job)) is not None:
        raise RefusedError(why)
