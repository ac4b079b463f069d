"""Whether a table has what a recipe for texts reads: said beside the table, before anybody chooses it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.datasets.roles import FieldRole, roles_of
from chainhub.jobs.catalogue import Recipe
from chainhub.jobs.fields import fields_of, telling_fields
from chainhub.jobs.texts import TEXT, learns_texts

MOST_NAMED = 3
NO_TEXT = gettext_noop("It has no field that holds texts, and this recipe learns from texts.")
ONLY_SENSITIVE = gettext_noop(
    "Its texts are sensitive (%(fields)s), and a model carries the words that it learnt from."
)
ONLY_WORDS = gettext_noop(
    "Its words seem to tell kinds apart (%(fields)s); tick it if one of them is a text to be read."
)
OTHER_FIELDS = gettext_noop("Its texts stand in other fields than those of the others (%(fields)s).")


def misfit(recipe: Recipe, versions: Sequence[DatasetVersion]) -> Sentence | None:
    """Why a recipe for texts can read none of these versions of one dataset; they come with what inspection found."""
    if not learns_texts(recipe) or any(_texts(version) for version in versions):
        return None
    if not (told := _texts(versions[0], sensitive=True)):
        # Whatever is not a table is of its kind because it holds texts.
        return sentence(NO_TEXT) if versions[0].dataset.kind == Kind.TABLE else None
    return sentence(ONLY_SENSITIVE, fields=_named(told))


def doubts(recipe: Recipe, usable: Mapping[int, DatasetVersion]) -> dict[int, Sentence]:
    """Key to why a version that could be chosen is not suggested; nothing for recipes that read more than texts."""
    if not learns_texts(recipe):
        return {}
    prose = {key: _prose(version) for key, version in usable.items()}
    counted = Counter(name for names in prose.values() for name in names)
    usual = max(counted, key=lambda name: counted[name]) if counted else ""
    found: dict[int, Sentence] = {}
    for key, version in usable.items():
        if not prose[key] and version.dataset.kind == Kind.TABLE:
            found[key] = sentence(ONLY_WORDS, fields=_named(_texts(version)))
        elif prose[key] and usual not in prose[key]:
            found[key] = sentence(OTHER_FIELDS, fields=_named(prose[key]))
    return found


def _texts(version: DatasetVersion, *, sensitive: bool = False) -> list[str]:
    """Fields of words besides the target that may be learnt; with `sensitive` those that may not."""
    roles, telling = roles_of(version.dataset, version.inspection), telling_fields(version)
    spared = {FieldRole.TARGET} if version.dataset.kind == Kind.TABLE else set()
    return [
        name
        for name, kind in fields_of(version).items()
        if kind == TEXT and (name in telling) is sensitive and roles.get(name) not in spared
    ]


def _prose(version: DatasetVersion) -> list[str]:
    """Those that are not mere names of kinds; where the kind of data speaks of texts, those that it names so."""
    kinds = {one["name"]: one.get("kind") for one in version.inspection.get("fields", [])}
    roles = roles_of(version.dataset, version.inspection)
    texts = _texts(version)
    named = [name for name in texts if roles.get(name) == FieldRole.TEXT]
    return named or [name for name in texts if kinds.get(name) != "category" and roles.get(name) == FieldRole.FEATURE]


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
