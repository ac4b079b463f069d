"""What slugs in terms are called. Recipes and scenarios live on floors above: those tell their titles at start-up."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import Sentence, sentence
from chainhub.organizations.models import Organization

Titles = Mapping[str, str]  # name -> msgid
LISTED = gettext_noop("%(first)s, %(rest)s")

_sources: dict[str, Callable[[], Titles]] = {}


def tell_titles(field: str, source: Callable[[], Titles]) -> None:
    """`source` knows the titles of what the field of the terms names."""
    _sources[field] = source


def titles_of(field: str) -> Titles:
    """Every name that the field may hold, with its title as a msgid; empty where nobody has told any."""
    return _sources[field]() if field in _sources else {}


def named(field: str, slugs: Iterable[str]) -> Sentence:
    """The things by their names, as one sentence; a name that is not known stands as it is."""
    slugs = list(slugs)
    known = _rows(field, slugs) if field in {"organizations", "collaborations"} else titles_of(field)
    return _listed([sentence(known[slug]) if slug in known else sentence("%(name)s", name=slug) for slug in slugs])


def _rows(field: str, slugs: list[str]) -> Titles:
    model = Organization if field == "organizations" else Collaboration
    found = model.objects.filter(slug__in=slugs).values_list("slug", "name")
    # A name is no msgid: percent signs in it mean nothing.
    return {slug: name.replace("%", "%%") for slug, name in found}


def _listed(parts: list[Sentence]) -> Sentence:
    if not parts:
        return sentence("")
    return parts[0] if len(parts) == 1 else sentence(LISTED, first=parts[0], rest=_listed(parts[1:]))
