"""Keeping the words of a dataset: written by the services that change its card, its fields or its owner's name."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import transaction

from chainhub.datasets.models import CatalogueWord, Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.search.words import words_in

NAME, SUMMARY, OWNER, FIELDS, SOURCE, CARD = 24, 10, 6, 4, 3, 2  # what a word counts by where it stands
MOST_WORDS = 3_000  # of one dataset; those that count most are kept
MOST_FIELDS = 300
AT_ONCE = 100  # datasets in one transaction


def index_dataset(dataset: Dataset) -> None:
    """Write the words of its card, owner and fields anew."""
    index_datasets(Dataset.objects.filter(pk=dataset.pk))


def index_datasets(datasets: Any) -> int:
    """The same for a queryset of datasets; how many there were."""
    count = 0
    rows = datasets.order_by("pk").select_related("organization").iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        _replace({dataset: weights_of(dataset, _fields_of(dataset)) for dataset in some})
        count += len(some)
    return count


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


def _fields_of(dataset: Dataset) -> list[str]:
    ready = DatasetVersion.objects.filter(dataset=dataset, status=VersionStatus.READY).order_by("-number")
    report = ready.values_list("inspection", flat=True).first() or {}
    names = [str(field["name"]) for field in report.get("fields", [])[:MOST_FIELDS]]
    settings = dataset.field_settings or {}
    return [*names, *(str(settings[name].get("about", "")) for name in names if name in settings)]


@transaction.atomic
def _replace(weights: Mapping[Dataset, dict[bytes, int]]) -> None:
    CatalogueWord.objects.filter(dataset__in=list(weights)).delete()
    words = [
        CatalogueWord(dataset=dataset, word=word, weight=weight)
        for dataset, counted in weights.items()
        for word, weight in counted.items()
    ]
    CatalogueWord.objects.bulk_create(words, batch_size=1_000)
