"""What whoever takes data or models along owes afterwards. The hub says it where files are taken, and reminds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset
from chainhub.datasets.permissions import grants_letting
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import has_role
from chainhub.policies.reading import terms_of
from chainhub.policies.terms import Terms

NAME_SOURCE = gettext_noop("Name %(owner)s as the source wherever you publish or present results.")
DELETE = gettext_noop("Delete your copies after %(days)s days; the hub reminds you then.")
DELETE_NEXT_DAY = gettext_noop("Delete your copies after one day; the hub reminds you then.")
DUE = gettext_noop(
    "%(person)s downloaded files of “%(name)s” on %(day)s. As agreed with %(owner)s, copies are deleted after %(days)s "
    "days: please delete them now."
)
DUE_NEXT_DAY = gettext_noop(
    "%(person)s downloaded files of “%(name)s” on %(day)s. As agreed with %(owner)s, copies are deleted after one day: "
    "please delete them now."
)


def duties_of(owed: Iterable[tuple[Organization, Terms]]) -> list[Sentence]:
    """What these terms of these owners ask for together: each source is named, and the shortest time holds."""
    owed = list(owed)
    sources = sorted({owner.name for owner, terms in owed if terms.name_source})
    days = [terms.delete_after_days for _owner, terms in owed if terms.delete_after_days is not None]
    return [
        *(sentence(NAME_SOURCE, owner=name) for name in sources),
        *([sentence(DELETE_NEXT_DAY if min(days) == 1 else DELETE, days=min(days))] if days else []),
    ]


def duties_with(user: Any, dataset: Dataset) -> list[Sentence]:
    """What the person owes for files or rows of the dataset; nothing where it is their own organization's."""
    if has_role(user, dataset.organization):
        return []
    grants = grants_letting(user, dataset, allows_download=True)
    return duties_of((dataset.organization, terms_of(grant)) for _organization, grant in grants)


def reminder(person: Any, name: str, owner: Organization, *, at: datetime, days: int) -> Sentence:
    """That the time for copies taken `at` is over."""
    day = at.date().isoformat()
    said = DUE_NEXT_DAY if days == 1 else DUE
    return sentence(said, person=str(person), name=name, owner=owner.name, day=day, days=days)
