"""Who may know of a dataset: one that was given to a single participant is between it and the owner.

Jobs and models are seen by all participants, also where they used such data. Whoever may not know of it reads
"a dataset of X" in place of its name.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset, Grant, Visibility
from chainhub.organizations.models import Organization

SOME = gettext_noop("a dataset of %(organization)s")
TOOK_PART = (ParticipantStatus.ACCEPTED, ParticipantStatus.LEFT)


def known_to(user: Any, datasets: Iterable[int]) -> set[int]:
    """Those of the datasets that the person may know of: what was open or granted to them once stays known."""
    if not user.is_authenticated:
        return set()
    mine = Organization.objects.of(user)
    seats = Participant.objects.filter(organization__in=mine, status__in=TOOK_PART)
    told = Grant.objects.for_any_of(mine).filter(collaboration__in=seats.values("collaboration"))
    known = Q(organization__in=mine) | Q(visibility=Visibility.HUB) | Q(pk__in=told.values("dataset"))
    return set(Dataset.objects.filter(known, pk__in=list(datasets)).values_list("pk", flat=True))


def known_in(collaboration: int, datasets: Iterable[int]) -> set[int]:
    """Those of the datasets that every participant of the collaboration may know of."""
    told = Grant.objects.filter(collaboration=collaboration, organization=None)
    known = Q(visibility=Visibility.HUB) | Q(pk__in=told.values("dataset"))
    return set(Dataset.objects.filter(known, pk__in=list(datasets)).values_list("pk", flat=True))


def topics_in(dataset: Dataset, collaborations: Iterable[Collaboration]) -> list[str]:
    """Who hears of it there: everybody in a collaboration that may know, else the organizations it was given to."""
    found: list[str] = []
    for one in collaborations:
        if known_in(one.pk, [dataset.pk]):
            found.append(one.topic)
        else:
            given = Organization.objects.filter(grants_received__dataset=dataset, grants_received__collaboration=one)
            found += [organization.topic for organization in given.distinct()]
    return found


def some_of(dataset: Dataset) -> Sentence:
    """What stands in place of its name."""
    return sentence(SOME, organization=dataset.organization.short_name)


def without_names(said: Mapping[str, Any] | None, hidden: Iterable[Dataset], among: Iterable[Dataset] = ()) -> Any:
    """A stored sentence in which the hidden datasets are not named.

    `among` are all that it may speak of: a name that none of them bears is a former one of a hidden one.
    """
    instead = {dataset.name: some_of(dataset) for dataset in hidden}
    if not said or not instead:
        return dict(said) if said is not None else None
    named = {dataset.name for dataset in among}
    former = next(iter(instead.values())) if named else None
    return _instead(said, instead, lambda name: None if name in named else former)


def _instead(said: Mapping[str, Any], instead: Mapping[str, Sentence], former: Callable[[str], Any]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for key, value in said.get("params", {}).items():
        if isinstance(value, Mapping) and "params" in value:
            params[key] = _instead(value, instead, former)
        elif isinstance(value, str):
            params[key] = instead.get(value) or (key == "dataset" and former(value)) or value
        else:
            params[key] = value
    return {**said, "params": params}
