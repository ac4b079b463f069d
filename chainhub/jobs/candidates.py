"""Which data a person could launch a job on, and why some of it may not be used."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset, DatasetVersion, Grant, VersionStatus
from chainhub.jobs.catalogue import Recipe
from chainhub.jobs.counting import jobs_left
from chainhub.jobs.fitting import doubts, misfit
from chainhub.jobs.taking import other_kind, takes
from chainhub.jobs.texts import learns_texts
from chainhub.organizations.models import Organization
from chainhub.policies.enforcement import Use, refusals
from chainhub.policies.reading import grants_for, terms_of
from chainhub.policies.terms import TRAIN_POOLED

WITHDRAWN = gettext_noop("Withdrawn by its owner.")
NOT_READY = gettext_noop("It is still being inspected.")
NOT_GRANTED = gettext_noop("%(organization)s has not granted it to this collaboration.")
TERMS = gettext_noop("%(reason)s %(way_out)s")
NOT_BOUND = gettext_noop("%(organization)s has not accepted the newest usage agreement.")


@dataclass(frozen=True)
class Candidate:
    """A dataset of a participant, as the person sees it."""

    dataset: Dataset
    versions: list[DatasetVersion]
    why_not: Sentence | None
    needs_approval: bool
    doubt: Sentence | None = None  # why it is not suggested although it may be used
    jobs_left: int | None = None  # that its terms still permit; None for any number

    @property
    def usual(self) -> DatasetVersion:
        """The newest version that its owner does not advise against."""
        return next((version for version in self.versions if not version.deprecated_at), self.versions[0])


def candidates(
    user: Any, collaboration: Collaboration, recipe: Recipe, *, organization: Organization | None = None
) -> list[Candidate]:
    """Data of all participants that the person may see, usable ones first; for jobs in the organization's name.

    Where none is given, it is the first of the person's that takes part.
    """
    partners = collaboration.participants.accepted()
    agreement = collaboration.current_agreement
    bound = partners.bound_by(agreement) if agreement else partners
    # What inspection found is long; only what is in the fields of a text decides whether a text is there.
    long = ("profile",) if learns_texts(recipe) else ("inspection", "profile")
    ready = DatasetVersion.objects.filter(status=VersionStatus.READY).order_by("-number").defer(*long)
    datasets = (
        Dataset.objects.visible_to(user)
        .filter(organization__in=partners.values("organization"))
        .select_related("organization")
        .prefetch_related(Prefetch("versions", ready, to_attr="ready_versions"))
        .order_by("organization__name", "name")
    )
    who = organization or Organization.objects.of(user).filter(pk__in=partners.values("organization")).first()
    grants = grants_for(collaboration, who) if who else {}
    terms = _Terms(
        usable=set(Dataset.objects.usable_in(collaboration).values_list("pk", flat=True)) & set(grants),
        bound=set(bound.values_list("organization_id", flat=True)),
        grants=grants,
        left=jobs_left(grants.values()),
        collaboration=collaboration,
        organization=who,
        recipe=recipe,
    )
    found = [terms.candidate(dataset) for dataset in datasets]
    unlikely = doubts(recipe, {one.dataset.pk: one.usual for one in found if one.why_not is None})
    found = [replace(one, doubt=unlikely.get(one.dataset.pk)) for one in found]
    return sorted(found, key=lambda one: (one.why_not is not None, one.doubt is not None))


@dataclass(frozen=True)
class _Terms:
    """What was found about all of them at once."""

    usable: set[int]
    bound: set[int]
    grants: Mapping[int, Grant]
    left: Mapping[int, int]  # by grant, where its terms limit the jobs
    collaboration: Collaboration
    organization: Organization | None
    recipe: Recipe

    def candidate(self, dataset: Any) -> Candidate:
        versions: list[DatasetVersion] = dataset.ready_versions
        grant = self.grants.get(dataset.pk)
        asks = grant is not None and grant.needs_approval
        why_not = self._why_not(dataset, versions) or self._forbidden(dataset)
        return Candidate(dataset, versions, why_not, asks, jobs_left=self.left.get(grant.pk) if grant else None)

    def _why_not(self, dataset: Dataset, versions: list[DatasetVersion]) -> Sentence | None:
        owner = dataset.organization.short_name
        if dataset.withdrawn_at:
            return sentence(WITHDRAWN)
        if not versions:
            return sentence(NOT_READY)
        if not takes(self.recipe, dataset):
            return other_kind(self.recipe, dataset)
        if dataset.pk not in self.usable:
            return sentence(NOT_GRANTED, organization=owner)
        if dataset.organization_id not in self.bound:
            return sentence(NOT_BOUND, organization=owner)
        return misfit(self.recipe, versions)

    def _forbidden(self, dataset: Dataset) -> Sentence | None:
        """The first term that forbids it; what depends on the other data and the target is asked at the launch."""
        grant = self.grants[dataset.pk]
        terms = terms_of(grant)
        use = Use(
            act=TRAIN_POOLED,
            organization=self.organization.slug if self.organization else "",
            owner=dataset.organization.slug,
            at=timezone.now(),
            collaboration=self.collaboration.slug,
            purpose=self.collaboration.scenario,
            recipe=self.recipe.name,
            jobs_before=(terms.max_jobs or 0) - self.left.get(grant.pk, 0),
        )
        for refusal in refusals(use, terms):
            return sentence(TERMS, reason=refusal.reason, way_out=refusal.way_out)
        return None
