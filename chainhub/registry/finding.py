"""Search over everything that a person may see; here, on the highest floor that knows a noun of its own."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.datasets.catalogue import loaded
from chainhub.datasets.models import Dataset
from chainhub.datasets.search import matching, ranked
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Membership, Organization
from chainhub.registry.models import Model, ModelVersion

LONGEST_NUMBER = 18  # digits of the largest key a database holds


@dataclass(kw_only=True)
class Found:
    """What one kind of thing answers to the words; `kind` is its noun in the plural, as in addresses."""

    kind: str
    things: list[Any] = field(default_factory=list)


def _matching(things: QuerySet[Any], words: str, *names: str) -> QuerySet[Any]:
    """Each word must occur in one of the fields."""
    for word in words.split():
        anywhere = Q()
        for name in names:
            anywhere |= Q(**{f"{name}__icontains": word})
        things = things.filter(anywhere)
    return things


def _jobs(user: User, words: str) -> QuerySet[TrainingJob]:
    number = words.lstrip("#")
    if number.isdecimal() and len(number) <= LONGEST_NUMBER:
        return TrainingJob.objects.visible_to(user).filter(pk=int(number))
    return _matching(TrainingJob.objects.visible_to(user), words, "title", "collaboration__name")


def _people(user: User, words: str) -> QuerySet[Membership]:
    """Seats of those with whom the person shares an organization or a collaboration."""
    mine = Organization.objects.of(user)
    joined = Participant.objects.accepted().filter(collaboration__in=Collaboration.objects.joined_by(mine))
    partners = joined.values("organization")
    near = Membership.objects.filter(Q(organization__in=mine) | Q(organization__in=partners), user__is_active=True)
    return _matching(near.distinct(), words, "user__name", "user__email").select_related("user")


def _bases(user: User, words: str) -> QuerySet[BaseModel]:
    """Imports, and what was made here where the person did not receive the model, which is found itself."""
    received = ModelVersion.objects.visible_to(user).filter(job__made__isnull=False)
    bases = BaseModel.objects.visible_to(user).exclude(pk__in=received.values("job__made"))
    return _matching(bases, words, "name", "source", "organization__name")


def search_everything(user: User, words: str, *, most: int) -> list[Found]:
    """What the person may see that answers to the words, by kind."""
    if not words:
        return []
    datasets = loaded(list(ranked(matching(Dataset.objects.visible_to(user), words), words)[:most]), user)
    models = _matching(Model.objects.visible_to(user), words, "name", "target", "organization__name")
    together = _matching(Collaboration.objects.visible_to(user), words, "name", "goal")
    organizations = _matching(Organization.objects.visible_to(user), words, "name", "short_name", "industry")
    kinds: list[tuple[Found, Any]] = [
        (Found(kind="collaborations"), together.select_related("initiator")),
        (Found(kind="datasets"), datasets),
        (Found(kind="jobs"), _jobs(user, words).select_related("organization")),
        (Found(kind="models"), models.select_related("organization")),
        (Found(kind="bases"), _bases(user, words).select_related("organization")),
        (Found(kind="organizations"), organizations),
        (Found(kind="people"), _people(user, words).select_related("user", "organization")),
    ]
    for found, things in kinds:
        found.things = list(things[:most])
    return [found for found, _things in kinds if found.things]
