"""What slugs in terms are called. Recipes and scenarios live on floors above: those tell their titles at start-up.

Who works together with whom is known to those who do: a collaboration has a name only for a reader who may see it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import Sentence, sentence
from chainhub.organizations.models import Organization
from chainhub.policies.terms import Terms, with_changes

Known = QuerySet[Collaboration] | None  # the collaborations that the reader may see; None: not any
Titles = Mapping[str, str]  # name -> msgid
LISTED = gettext_noop("%(first)s, %(rest)s")
ANOTHER, OTHERS = gettext_noop("another collaboration"), gettext_noop("other collaborations")
HIDDEN = "-another-"  # no slug begins with a dash, so that it stands for nothing that there is

_sources: dict[str, Callable[[], Titles]] = {}


def tell_titles(field: str, source: Callable[[], Titles]) -> None:
    """`source` knows the titles of what the field of the terms names."""
    _sources[field] = source


def titles_of(field: str) -> Titles:
    """Every name that the field may hold, with its title as a msgid; empty where nobody has told any."""
    return _sources[field]() if field in _sources else {}


def named(field: str, slugs: Iterable[str], known: Known = None) -> Sentence:
    """The things by their names, as one sentence; a name that is not known stands as it is.

    Collaborations that are not among the `known` ones are told as others, and not how many they are.
    """
    slugs = list(slugs)
    if field == "collaborations":
        return _collaborations(slugs, known)
    titles = _names(Organization.objects.all(), slugs) if field == "organizations" else titles_of(field)
    return _listed([sentence(titles[slug]) if slug in titles else sentence("%(name)s", name=slug) for slug in slugs])


def as_told(terms: Terms, known: Known) -> Terms:
    """The terms as a reader gets them in JSON: `HIDDEN` for collaborations that are not among the `known` ones."""
    if not terms.collaborations:
        return terms
    seen = _names(known, terms.collaborations) if known is not None else {}
    return with_changes(terms, {"collaborations": [slug if slug in seen else HIDDEN for slug in terms.collaborations]})


def _collaborations(slugs: list[str], known: Known) -> Sentence:
    seen = _names(known, slugs) if known is not None else {}
    told = [sentence(seen[slug]) for slug in slugs if slug in seen]
    hidden = len(slugs) - len(told)
    return _listed([*told, *([sentence(ANOTHER if hidden == 1 else OTHERS)] if hidden else [])])


def _names(rows: QuerySet[Any], slugs: Iterable[str]) -> Titles:
    found = rows.filter(slug__in=list(slugs)).values_list("slug", "name")
    # A name is no msgid: percent signs in it mean nothing.
    return {slug: name.replace("%", "%%") for slug, name in found}


def _listed(parts: list[Sentence]) -> Sentence:
    if not parts:
        return sentence("")
    return parts[0] if len(parts) == 1 else sentence(LISTED, first=parts[0], rest=_listed(parts[1:]))
