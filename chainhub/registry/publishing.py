"""The parts of a publication: which line of versions it continues, what is committed, who receives it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.core.errors import DomainError
from chainhub.core.slugs import free_slug
from chainhub.jobs.ancestry import inputs_with_base
from chainhub.jobs.models import Run, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.registry.models import Model
from chainhub.repositories.models import Blob, Repository
from chainhub.repositories.services import create_repository
from chainhub.repositories.storage import hand_over, open_blob

WEIGHTS, CONFIG, PREPROCESSING, EVALUATION = (
    "model.safetensors",
    "config.json",
    "preprocessing.json",
    "evaluation.json",
)
NEEDED = (WEIGHTS, CONFIG, PREPROCESSING, EVALUATION)
BASE_README, BASE_NOTICE = "README.md", "BASE.md"  # as a base model has it; the same beside a model made of it
LARGEST_JSON = 50 * 2**20


class UnpublishableError(DomainError):
    """A run that succeeded left less than a model consists of."""

    code = "unpublishable"


@dataclass(frozen=True)
class Leavings:
    """What the successful run left: its files by path, and those that are read here."""

    run: Run
    files: Mapping[str, Blob]
    config: dict[str, Any]
    preprocessing: dict[str, Any]
    evaluation: dict[str, Any]


def leavings_of(job: TrainingJob) -> Leavings:
    """The files of the job's successful run; UnpublishableError when one that is needed is not there."""
    run = job.runs.filter(outcome="succeeded").order_by("-number").first()
    if run is None:
        raise UnpublishableError(gettext_noop("The job has no run that succeeded."))
    files = {artifact.path: artifact.blob for artifact in run.artifacts.select_related("blob")}
    for path in NEEDED:
        if path not in files:
            raise UnpublishableError(gettext_noop("The run left no file “%(path)s”."), path=path)
    read = (_json(files[path]) for path in (CONFIG, PREPROCESSING, EVALUATION))
    return Leavings(run, files, *read)


def handed_over(left: Leavings, home: Organization) -> dict[str, Blob]:
    """The same files under the key of the organization that keeps the model: the job's may destroy its own."""
    return {path: hand_over(blob, home) for path, blob in left.files.items()}


def notice_of(job: TrainingJob, home: Organization) -> dict[str, Blob]:
    """What came with the base model: whose work it is and on which terms. Weights made of it carry that on.

    A base model that was made here has the notice of what it went on from in turn, if it went on from anything.
    """
    if job.base is None:
        return {}
    path = BASE_README if job.base.collaboration_id is None else BASE_NOTICE
    found = job.base.commit.files.filter(path=path).select_related("blob").first()
    return {} if found is None else {BASE_NOTICE: hand_over(found.blob, home)}


def _json(blob: Blob) -> dict[str, Any]:
    if blob.size > LARGEST_JSON:
        raise UnpublishableError(gettext_noop("A description that the run left is too large to be read."))
    with open_blob(blob) as file:
        content = json.load(file)
    if not isinstance(content, dict):
        raise UnpublishableError(gettext_noop("A description that the run left is not understood."))
    return content


def line_of(job: TrainingJob, *, task: str) -> Model:
    """The model whose next version the job makes: same collaboration, recipe, target and name; else a new one.

    A clone continues the line of the job that it was cloned from, whatever its title.
    """
    # The lock keeps two jobs that end at once from opening the same line twice.
    Collaboration.objects.select_for_update().get(pk=job.collaboration_id)
    lines = Model.objects.filter(collaboration=job.collaboration, recipe=job.recipe, target=job.target, task=task)
    continued = lines.filter(versions__job=job.cloned_from_id) if job.cloned_from_id else lines.none()
    found = continued.first() or lines.filter(name__iexact=job.title).first()
    if found is not None:
        return Model.objects.select_for_update().get(pk=found.pk)
    home = job.collaboration.initiator
    return Model.objects.create(
        organization=home,
        collaboration=job.collaboration,
        name=job.title,
        slug=free_slug(job.title, Model.objects.filter(organization=home), fallback="model"),
        recipe=job.recipe,
        task=task,
        target=job.target,
        repository=create_repository(Repository.Kind.MODEL),
    )


def next_number(model: Model) -> int:
    """Versions count up from 1."""
    last = model.versions.aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def receivers_of(job: TrainingJob) -> QuerySet[Organization]:
    """Everyone who takes part now or did when the job was launched, and everyone whose data it used."""
    here = Q(status=ParticipantStatus.ACCEPTED) | Q(status=ParticipantStatus.LEFT, decided_at__gte=job.created_at)
    participants = Participant.objects.filter(here, collaboration=job.collaboration_id)
    owners = Q(pk__in=inputs_with_base(job).values("version__dataset__organization"))
    return Organization.objects.filter(Q(pk__in=participants.values("organization")) | owners)


def people_of(organizations: QuerySet[Organization]) -> QuerySet[User]:
    """Everyone who sits in one of them."""
    return User.objects.filter(memberships__organization__in=organizations, is_active=True).distinct()
