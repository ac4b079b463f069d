"""Which data a person could launch a job on, and why some of it may not be used."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.jobs.catalogue import Recipe
from chainhub.jobs.fields import DATASET_KINDS

WITHDRAWN = gettext_noop("Withdrawn by its owner.")
OTHER_KIND = gettext_noop("This recipe reads another kind of data.")
NOT_READY = gettext_noop("It is still being inspected.")
NOT_GRANTED = gettext_noop("%(organization)s has not granted it to this collaboration.")
NOT_BOUND = gettext_noop("%(organization)s has not accepted the newest usage agreement.")


@dataclass(frozen=True)
class Candidate:
    """A dataset of a participant, as the person sees it."""

    dataset: Dataset
    versions: list[DatasetVersion]
    why_not: Sentence | None
    needs_approval: bool


def candidates(user: Any, collaboration: Collaboration, recipe: Recipe) -> list[Candidate]:
    """Data of all participants that the person may see, usable ones first."""
    partners = collaboration.participants.accepted()
    agreement = collaboration.current_agreement
    bound = partners.bound_by(agreement) if agreement else partners
    ready = DatasetVersion.objects.filter(status=VersionStatus.READY).order_by("-number").defer("inspection")
    datasets = (
        Dataset.objects.visible_to(user)
        .filter(organization__in=partners.values("organization"))
        .select_related("organization")
        .prefetch_related(Prefetch("versions", ready, to_attr="ready_versions"))
        .order_by("organization__name", "name")
    )
    terms = _Terms(
        usable=set(Dataset.objects.usable_in(collaboration).values_list("pk", flat=True)),
        bound=set(bound.values_list("organization_id", flat=True)),
        asking=set(_asking(collaboration)),
        recipe=recipe,
    )
    found = [terms.candidate(dataset) for dataset in datasets]
    return sorted(found, key=lambda one: one.why_not is not None)


def _asking(collaboration: Collaboration) -> Iterable[int]:
    return collaboration.grants.filter(revoked_at=None, needs_approval=True).values_list("dataset_id", flat=True)


@dataclass(frozen=True)
class _Terms:
    """What was found about all of them at once."""

    usable: set[int]
    bound: set[int]
    asking: set[int]
    recipe: Recipe

    def candidate(self, dataset: Any) -> Candidate:
        versions: list[DatasetVersion] = dataset.ready_versions
        return Candidate(dataset, versions, self._why_not(dataset, versions), dataset.pk in self.asking)

    def _why_not(self, dataset: Dataset, versions: list[DatasetVersion]) -> Sentence | None:
        owner = dataset.organization.short_name
        if dataset.withdrawn_at:
            return sentence(WITHDRAWN)
        if not versions:
            return sentence(NOT_READY)
        if DATASET_KINDS.get(dataset.kind) not in self.recipe.datasets:
            return sentence(OTHER_KIND)
        if dataset.pk not in self.usable:
            return sentence(NOT_GRANTED, organization=owner)
        if dataset.organization_id not in self.bound:
            return sentence(NOT_BOUND, organization=owner)
        return None
