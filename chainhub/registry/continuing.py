"""A published model from which jobs of its collaboration may go on."""

from chainhub.accounts.models import User
from chainhub.bases.models import MADE_BY, BaseModel, Task
from chainhub.bases.services import parameters_of
from chainhub.collaborations.models import Collaboration
from chainhub.core.slugs import free_slug
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.texts import MASKED
from chainhub.registry.models import ModelVersion
from chainhub.registry.publishing import WEIGHTS
from chainhub.registry.wording import opens_in_transformers
from chainhub.repositories.storage import open_blob

MOST_NAMED = 3
LONGEST_NAME = 140  # letters, as the column has it
LICENCE = "usage-agreement"  # as the head of the model card has it


def offer_as_base(version: ModelVersion) -> BaseModel | None:
    """Enter a version that `transformers` opens among the base models of its collaboration; None for others.

    Its files are those of the version, nothing is copied. Within the transaction that publishes it.
    """
    job, model = version.job, version.model
    task = Task.CLASSIFICATION if model.task == MASKED else model.task  # it reads, and guesses only to know more
    if task not in Task.values or not opens_in_transformers(version):
        return None
    base = BaseModel.objects.create(
        organization=model.organization,
        collaboration=model.collaboration,
        name=_named(version),
        slug=free_slug(
            f"{model.slug}-v{version.number}",
            BaseModel.objects.filter(organization=model.organization),
            fallback="model",
        ),
        task=task,
        source=(MADE_BY % {"job": job.pk, "collaboration": model.collaboration.name})[:300],
        licence=LICENCE,
        parameters=_parameters(version),
        repository=model.repository,
        commit=version.commit,
        imported_by=job.proposed_by,
    )
    TrainingJob.objects.filter(pk=job.pk).update(made=base)
    return base


def not_offered(collaboration: Collaboration, *, reader: User) -> list[str]:
    """What the reader received that would be a base model, had it not been published before such were entered."""
    older = ModelVersion.objects.visible_to(reader).filter(
        model__collaboration=collaboration, model__task__in=Task.values, config__has_key="architectures", job__made=None
    )
    named = older.exclude(config__has_key="layers").order_by("-pk").values_list("model__name", "number")
    return [f"{name} v{number}" for name, number in named[:MOST_NAMED]]


def _named(version: ModelVersion) -> str:
    """The model's name and the number, which a long name gives way to."""
    number = f" v{version.number}"
    most = LONGEST_NAME - len(number)
    name = version.model.name
    return (name if len(name) <= most else f"{name[: most - 1].rstrip()}…") + number


def _parameters(version: ModelVersion) -> int | None:
    entry = version.commit.files.select_related("blob").get(path=WEIGHTS)
    with open_blob(entry.blob) as file:
        return parameters_of(file)
