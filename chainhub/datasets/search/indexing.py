"""Keeping the words of a dataset: written by the services that change its card, its fields or its owner's name."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from chainhub.datasets.models import CatalogueWord, Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.search.words import words_in

NAME, SUMMARY, OWNER, FIELDS, SOURCE, CARD = 24, 10, 6, 4, 3, 2  # what a word counts by where it stands
MOST_WORDS = 3_000  # of one dataset; those that count most are kept
MOST_FIELDS = 300
AT_ONCE = 500  # datasets in one transaction: more would keep others from writing for seconds
REPORTS_AT_ONCE = 20  # reports in memory: those of wide tables are large
INSERT = "INSERT INTO datasets_catalogueword (word, dataset_id, weight) VALUES (%s, %s, %s)"


def index_dataset(dataset: Dataset) -> None:
    """Write the words of its card, owner and fields anew."""
    index_datasets(Dataset.objects.filter(pk=dataset.pk))


def index_datasets(datasets: Any) -> int:
    """The same for a queryset of datasets; how many there were."""
    keys = iter(list(datasets.order_by("pk").values_list("pk", flat=True)))
    count = 0
    while some := list(islice(keys, AT_ONCE)):
        count += _index(some)
    return count


@transaction.atomic
def _index(keys: Sequence[int]) -> int:
    """Locked before they are read: a card that is edited meanwhile is not written over by what it said before."""
    held = Dataset.objects.select_for_update(of=("self",)).select_related("organization")
    some = list(held.filter(pk__in=keys).order_by("pk"))
    fields = _fields_of(some)
    _replace({dataset.pk: weights_of(dataset, fields[dataset.pk]) for dataset in some})
    return len(some)


def weights_of(dataset: Any, fields: Iterable[str]) -> dict[bytes, int]:
    """{word: what it counts} of a dataset, or of a row that has the same columns."""
    owner = dataset.organization
    texts = [
        (CARD, f"{dataset.card} {dataset.card_zh}"),
        (SOURCE, f"{dataset.source} {dataset.licence}"),
        (FIELDS, " ".join(fields)),
        (OWNER, f"{owner.name} {owner.short_name} {owner.industry}"),
        (SUMMARY, f"{dataset.summary} {dataset.summary_zh}"),
        (NAME, dataset.name),
    ]
    weights: dict[bytes, int] = {}
    for weight, text in texts:  # from little to much: the last says what counts
        weights |= dict.fromkeys(words_in(text), weight)
    most = sorted(weights.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS]
    return dict(most)


def _fields_of(datasets: Sequence[Dataset]) -> dict[int, list[str]]:
    """{dataset: names of its fields and what their owner says of them}, by the newest usable version of each."""
    by_key = {one.pk: one for one in datasets}
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk"), status=VersionStatus.READY).order_by("-number")
    wanted = Dataset.objects.filter(pk__in=by_key).annotate(newest=Subquery(newest.values("pk")[:1]))
    versions = DatasetVersion.objects.filter(pk__in=wanted.values("newest")).order_by()
    told = versions.values_list("dataset", "inspection__fields").iterator(chunk_size=REPORTS_AT_ONCE)
    found = {pk: _said_of(by_key[pk], fields or []) for pk, fields in told}
    return {pk: found.get(pk, []) for pk in by_key}


def _said_of(dataset: Dataset, fields: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [str(field["name"]) for field in fields[:MOST_FIELDS]]
    settings = dataset.field_settings or {}
    return [*names, *(str(settings[name].get("about", "")) for name in names if name in settings)]


def _replace(weights: Mapping[int, dict[bytes, int]]) -> None:
    CatalogueWord.objects.filter(dataset__in=list(weights)).delete()
    # In the order of the index that is searched: rows that lie beside one another are written together.
    rows = sorted((word, pk, weight) for pk, counted in weights.items() for word, weight in counted.items())
    with connection.cursor() as cursor:
        # No object for each of hundreds of words of each dataset: that took longer than the database.
        cursor.executemany(INSERT, rows)
