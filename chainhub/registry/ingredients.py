"""What a job's model was made of: each dataset version with its owner, licence, source and terms."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.core.sentences import render
from chainhub.datasets.knowing import known_in, known_to, some_of
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.ancestry import makers_of
from chainhub.jobs.catalogue import BASED, applies, find_recipe, translated_schema
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.organizations.models import Organization


@dataclass(frozen=True)
class Ingredient:
    """One pinned dataset version."""

    organization: Organization
    dataset: Dataset
    number: int
    rows: int | None
    commit_oid: str
    asked_before_each_job: bool
    known: bool  # whether the reader may know of the dataset

    @property
    def name(self) -> str:
        return self.dataset.name if self.known else render(some_of(self.dataset))

    @property
    def slug(self) -> str | None:
        return self.dataset.slug if self.known else None

    @property
    def licence(self) -> str:
        return self.dataset.licence

    @property
    def source(self) -> str:
        return self.dataset.source if self.known else ""

    @property
    def source_url(self) -> str:
        return self.dataset.source_url if self.known else ""

    @property
    def terms(self) -> str:
        """How the owner lets it be used, in words."""
        if self.asked_before_each_job:
            return _("The owner approved this job.")
        return _("Granted to the collaboration's jobs.")


def ingredients_of(job: TrainingJob, *, reader: User | None = None) -> list[Ingredient]:
    """In the order in which the job lists them; for the reader, or for whoever will read it."""
    return _ingredients(list(job.inputs.select_related("version__dataset__organization")), job, reader)


def ingredients_below(job: TrainingJob, *, reader: User | None = None) -> list[Ingredient]:
    """What the job's base model had learnt from on this hub, by all jobs that made it."""
    return [one for maker in makers_of(job.base) for one in ingredients_of(maker, reader=reader)]


def _ingredients(inputs: list[JobInput], job: TrainingJob, reader: User | None) -> list[Ingredient]:
    asked = set(
        Grant.objects.filter(collaboration=job.collaboration_id, needs_approval=True).values_list(
            "dataset_id", flat=True
        )
    )
    used = [one.version.dataset_id for one in inputs]
    known = known_in(job.collaboration_id, used) if reader is None else known_to(reader, used)
    approved = set(job.approvals.values_list("organization_id", flat=True))
    return [
        Ingredient(
            organization=item.version.dataset.organization,
            dataset=item.version.dataset,
            number=item.version.number,
            rows=item.version.rows,
            commit_oid=item.commit_oid,
            asked_before_each_job=(
                item.version.dataset_id in asked and item.version.dataset.organization_id in approved
            ),
            known=item.version.dataset_id in known,
        )
        for item in inputs
    ]


def parameter_titles(recipe: str) -> dict[str, str]:
    """What a recipe calls its parameters, in the current language; nothing for a recipe that the hub no longer has."""
    return {name: str(one.get("title", name)) for name, one in _settings(recipe).items()}


def named_parameters(job: TrainingJob) -> list[tuple[str, str, Any]]:
    """Title, name and value of each parameter that had an effect beside the others."""
    settings, beside = _settings(job.recipe), {**job.parameters, BASED: job.base_id is not None}
    return [
        (str(settings.get(name, {}).get("title", "")), name, value)
        for name, value in job.parameters.items()
        if applies(settings.get(name, {}), beside)
    ]


def _settings(recipe: str) -> dict[str, Any]:
    try:
        return dict(translated_schema(find_recipe(recipe))["properties"])
    except DomainError:
        return {}
