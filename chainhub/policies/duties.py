"""What whoever takes data or models along owes afterwards. The hub says it where files are taken, and reminds."""

from collections.abc import Iterable
from dataclasses import dataclass
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


NAMING, DELETING = "name-source", "delete-copies"
HEADER = "X-ChainHub-Duties"  # of an answer that is a file: a list as in RFC 9651


@dataclass(frozen=True)
class Duty:
    """What is owed, in words, and for programs: `NAMING` the owner (a slug), or `DELETING` after so many days."""

    kind: str
    said: Sentence
    owner: str = ""
    days: int | None = None


def duties_of(owed: Iterable[tuple[Organization, Terms]]) -> list[Duty]:
    """What these terms of these owners ask for together: each source is named, and the shortest time holds."""
    owed = list(owed)
    sources = sorted({(owner.name, owner.slug) for owner, terms in owed if terms.name_source})
    days = min((terms.delete_after_days for _owner, terms in owed if terms.delete_after_days is not None), default=None)
    found = [Duty(NAMING, sentence(NAME_SOURCE, owner=name), owner=slug) for name, slug in sources]
    if days is not None:
        found.append(Duty(DELETING, sentence(DELETE_NEXT_DAY if days == 1 else DELETE, days=days), days=days))
    return found


def headers_of(duties: Iterable[Duty], *, address: str) -> dict[str, str]:
    """What a file carries along for programs: the duties, and where they stand in words; nothing where none is owed."""
    told = [
        f'{one.kind};owner="{one.owner}"' if one.kind == NAMING else f"{one.kind};days={one.days}" for one in duties
    ]
    return {HEADER: ", ".join(told), "Link": f'<{address}>; rel="terms-of-service"'} if told else {}


def duties_with(user: Any, dataset: Dataset) -> list[Duty]:
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
