"""A job is proposed: everything that could stop it is asked before a row is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration, UsageAgreement
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Dataset, DatasetVersion, Grant, VersionStatus
from chainhub.jobs import catalogue, permissions
from chainhub.jobs.ancestry import Going
from chainhub.jobs.dividing import check_split
from chainhub.jobs.fields import asks_for_classes, check_fields
from chainhub.jobs.models import Approval, Device, JobInput, Status, TrainingJob
from chainhub.jobs.services.asking import WAITS_FOR_APPROVAL
from chainhub.jobs.services.moves import enqueue, move, notify, record
from chainhub.jobs.specs import hash_of, spec_hash
from chainhub.jobs.terms import NOT_GRANTED_ALL, check_terms, grants_of
from chainhub.jobs.texts import LANGUAGE, check_base, task_of
from chainhub.jobs.waiting import check_processes
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import STEWARDS
from chainhub.policies.reading import terms_of

LONGEST_TITLE = 140
LARGEST_SEED = 2**31 - 1


class OtherRequestError(DomainError):
    """The idempotency key was used for something else."""

    code = "idempotency-conflict"


def propose_job(
    *,
    actor: User,
    organization: Organization,
    collaboration: Collaboration,
    versions: Sequence[DatasetVersion],
    recipe: str,
    parameters: Mapping[str, Any],
    idempotency_key: str = "",
    cloned_from: TrainingJob | None = None,
    base: BaseModel | None = None,
    **said: Any,
) -> TrainingJob:
    """Queue a job, or ask the data owners who want to be asked; the same key gives the same job.

    `said`: title, target, and where they differ from the defaults fields, split, seed, device, processes and limits.
    Raises `NotAllowedError`, or `DomainError` with the field at fault.
    """
    known = catalogue.find_recipe(recipe)
    asked = _checked(**(said | {"target": said.get("target") or known.target})) | {
        "recipe": known.name,
        "recipe_version": known.version,
        "parameters": catalogue.checked_parameters(known, parameters),
    }
    rows = [collaboration.pk, organization.pk, sorted(version.pk for version in versions), *([base.pk] if base else [])]
    request = hash_of([rows, asked])
    if earlier := _earlier(actor, idempotency_key, request):
        return earlier
    job = TrainingJob(
        proposed_by=actor, organization=organization, collaboration=collaboration, cloned_from=cloned_from,
        base=base, idempotency_key=idempotency_key, request_hash=request, **asked,
    )  # fmt: skip
    try:
        return _propose(job, versions)
    except IntegrityError:
        # Two requests with one key at once: the other one made the job.
        if earlier := _earlier(actor, idempotency_key, request):
            return earlier
        raise


def _checked(
    *,
    title: str,
    target: str,
    fields: Sequence[str] = (),
    split: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = Device.CPU,
    processes: int = 1,
    limits: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What can be judged without looking at any data."""
    return {
        "title": _checked_title(title),
        "target": target,
        "fields": list(fields),
        "split": catalogue.checked_split(split or {}),
        "seed": _checked_seed(seed),
        "device": _checked_device(device),
        **({"processes": processes} if processes != 1 else {}),  # requests from before there were any keep their hash
        "limits": catalogue.checked_limits(limits or {}),
    }


@transaction.atomic
def _propose(job: TrainingJob, versions: Sequence[DatasetVersion]) -> TrainingJob:
    _check_person(job)
    job.agreement = job.collaboration.current_agreement
    _check_bound(job.organization, job.collaboration, job.agreement)
    # Locked: a grant that is taken back meanwhile finds this job when it looks for whom that affects, and two
    # launches at once cannot both be the last job that the terms permit.
    grants = grants_of(job, versions, lock=True)
    _check_versions(job, versions)
    check_processes(job.processes, job.device, job.collaboration)
    recipe = catalogue.find_recipe(job.recipe)
    check_base(recipe, job.base, job.organization, job.collaboration)
    task = task_of(recipe, job.base)
    check_fields(recipe, versions, target=job.target, fields=job.fields, task=task)
    check_split(job.split, versions)
    if task != LANGUAGE and asks_for_classes(versions, job.target):
        catalogue.check_task(recipe, job.parameters, "classification")
    check_terms(job, versions, grants, at=timezone.now(), asked=True)
    job.save(force_insert=True)
    JobInput.objects.bulk_create([_input(job, version, grants[version.dataset_id]) for version in versions])
    job.spec_hash = spec_hash(job)
    job.save(update_fields=["spec_hash"])
    _ask_or_queue(job, [*grants.values(), *Going.of(job).grants().values()])
    record(job, "job.proposed", gettext_noop("Launched training job #%(number)s “%(title)s”"), actor=job.proposed_by)
    return job


def _input(job: TrainingJob, version: DatasetVersion, grant: Grant) -> JobInput:
    commit = version.commit.oid if version.commit else ""
    return JobInput(job=job, version=version, commit_oid=commit, grant=grant, terms=terms_of(grant).as_json())


def _earlier(actor: User, key: str, request: str) -> TrainingJob | None:
    """The job that this person made under the key."""
    job = TrainingJob.objects.filter(proposed_by=actor, idempotency_key=key).first() if key else None
    if job and job.request_hash != request:
        raise OtherRequestError(gettext_noop("This idempotency key was used for another request."))
    return job


def _check_person(job: TrainingJob) -> None:
    if job.collaboration.closed_at:
        raise DomainError(gettext_noop("This collaboration is closed."), field="collaboration")
    if not permissions.may_propose(job.proposed_by, job.organization, job.collaboration):
        raise NotAllowedError(
            gettext_noop("You may not launch jobs of “%(collaboration)s” in the name of %(organization)s."),
            collaboration=job.collaboration.name,
            organization=job.organization.name,
        )


def _check_bound(organization: Organization, collaboration: Collaboration, agreement: UsageAgreement | None) -> None:
    """Whoever launches or gives data has accepted the text as it stands now."""
    if agreement is None:
        return
    if not collaboration.participants.bound_by(agreement).filter(organization=organization).exists():
        raise DomainError(
            gettext_noop("%(organization)s has not accepted version %(number)s of the usage agreement yet."),
            field="collaboration",
            organization=organization.name,
            number=agreement.number,
        )


def _check_versions(job: TrainingJob, versions: Sequence[DatasetVersion]) -> None:
    if not versions:
        raise InvalidInputError(gettext_noop("Choose at least one dataset."), field="versions")
    datasets = {version.dataset_id for version in versions}
    if len(datasets) < len(versions):
        raise InvalidInputError(gettext_noop("Choose one version of each dataset."), field="versions")
    usable = set(Dataset.objects.usable_in(job.collaboration).filter(pk__in=datasets).values_list("pk", flat=True))
    for version in versions:
        if version.dataset_id not in usable:
            raise DomainError(
                NOT_GRANTED_ALL,
                field="versions",
                dataset=version.dataset.name,
            )
        if version.status != VersionStatus.READY or version.commit is None:
            raise DomainError(
                gettext_noop("“%(dataset)s” is not ready yet."), field="versions", dataset=version.dataset.name
            )
        _check_bound(version.dataset.organization, job.collaboration, job.agreement)


def _ask_or_queue(job: TrainingJob, grants: Sequence[Grant]) -> None:
    """One approval for each owner who wants to be asked; a launch for one's own data is its own approval."""
    owners = {one.dataset.organization for one in grants}
    asked = {one.dataset.organization for one in grants if one.needs_approval} - {job.organization}
    Approval.objects.bulk_create(
        [Approval(job=job, organization=owner, spec_hash=job.spec_hash) for owner in sorted(asked, key=lambda o: o.pk)]
    )
    if asked:
        names = ", ".join(sorted(owner.short_name for owner in asked))
        move(job, Status.PENDING, reason=sentence(WAITS_FOR_APPROVAL, organizations=names))
    else:
        enqueue(job)
    told = User.objects.filter(
        memberships__organization__in=owners - asked - {job.organization}, memberships__role__in=STEWARDS
    )
    text = gettext_noop("Training job #%(number)s “%(title)s” uses your data; %(organization)s launched it.")
    notify(job, told.distinct(), "job.uses-data", text, organization=job.organization.short_name)


def _checked_title(title: str) -> str:
    title = title.strip()
    if not title:
        raise InvalidInputError(gettext_noop("Give the job a title."), field="title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInputError(gettext_noop("The title is too long."), field="title")
    return title


def _checked_seed(seed: int) -> int:
    if not 0 <= seed <= LARGEST_SEED:
        raise InvalidInputError(
            gettext_noop("The seed is a whole number from 0 to %(largest)s."), field="seed", largest=LARGEST_SEED
        )
    return seed


def _checked_device(device: str) -> str:
    if device not in Device.values:
        raise InvalidInputError(gettext_noop("A job computes on a CPU or on a GPU."), field="device")
    return device
