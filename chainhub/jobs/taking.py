"""Which kinds of data a recipe takes, in words: for whoever wonders why a dataset cannot be chosen."""

from functools import reduce

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.models import Dataset, Kind
from chainhub.datasets.services.kinds import NAMES
from chainhub.jobs.catalogue import Recipe

# What recipes call each kind. A recipe for tables reads the numbers and categories of series and molecules too.
DATASET_KINDS: dict[str, frozenset[str]] = {
    Kind.TABLE: frozenset({"table"}),
    Kind.SERIES: frozenset({"table", "series"}),
    Kind.MOLECULES: frozenset({"table", "molecules"}),
    Kind.IMAGES: frozenset({"images"}),
    Kind.TEXT: frozenset({"text"}),
    Kind.PAIRS: frozenset({"pairs"}),
    Kind.CORPUS: frozenset({"corpus"}),
    Kind.CHAT: frozenset({"chat"}),
    Kind.ANSWERS: frozenset({"answers"}),
}

OTHER_KIND = gettext_noop("This recipe takes %(taken)s; this is %(kind)s.")
AND_SO_ON = gettext_noop("%(before)s, %(after)s")
LAST = gettext_noop("%(before)s or %(after)s")


def takes(recipe: Recipe, dataset: Dataset) -> bool:
    """Whether the recipe reads data of this kind."""
    return not DATASET_KINDS.get(dataset.kind, frozenset()).isdisjoint(recipe.datasets)


def other_kind(recipe: Recipe, dataset: Dataset) -> Sentence:
    """What the recipe takes, and what this is."""
    return sentence(OTHER_KIND, taken=taken_by(recipe), kind=sentence(NAMES.get(dataset.kind, dataset.kind)))


def taken_by(recipe: Recipe) -> Sentence:
    """“a table, a time series or molecules”."""
    *first, last = [sentence(NAMES[kind]) for kind, words in DATASET_KINDS.items() if words & {*recipe.datasets}]
    if not first:
        return last
    before = reduce(lambda some, one: sentence(AND_SO_ON, before=some, after=one), first)
    return sentence(LAST, before=before, after=last)
