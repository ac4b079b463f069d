"""A version's rows as one person may see them."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.core.spreadsheets import csv_table
from chainhub.datasets import permissions
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.disclosure import masked_for
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.roles import corrected_report, corrected_types
from chainhub.datasets.viewing.columns import Column, columns_of
from chainhub.datasets.viewing.finding import find, matching
from chainhub.datasets.viewing.parquet import Rows
from chainhub.datasets.viewing.pictures import picture_of_pixels, small_picture, whole_picture
from chainhub.datasets.viewing.questions import Question
from chainhub.datasets.viewing.taking import TakenRows
from chainhub.repositories.models import CommitFile
from chainhub.repositories.storage import open_blob

EXPORT_SECONDS = 100.0  # before the answer begins: a proxy waits for 120 (docs/operating.md)
MASK = "***"  # what stands in a CSV where a value is masked


@dataclass(frozen=True)
class Row:
    """One row: its number from 0 and its values by name; masked ones are None."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A page of rows out of `total` that answer the question."""

    rows: list[Row]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


class Sheet:
    """The rows of a version, with the fields masked that this person may not see."""

    def __init__(self, rows: Rows, report: dict[str, Any], masked: frozenset[str]) -> None:
        self._rows = rows
        self.count = rows.count
        self.columns = columns_of(rows.schema, report, masked)
        self.shape: dict[str, Any] = report.get("pixels") or {}
        self.images = [one for one in self.columns if one.form == "image"]
        self.pixels = [one for one in self.columns if one.pixel]

    @property
    def has_pictures(self) -> bool:
        """Whether a row can be looked at, and may be."""
        seen = self.images or (self.pixels if self.shape else [])
        return bool(seen) and not any(one.masked for one in seen)

    @property
    def cells(self) -> list[Column]:
        """The columns that stand in a table: not the pictures."""
        return [one for one in self.columns if one.form != "image" and not one.pixel]

    def page(self, question: Question, names: Sequence[str] | None = None) -> Page:
        """A page of rows, of which only these columns are read (all but pictures where none are named)."""
        if question.is_plain:
            total = self.count
            number = min(question.page, max(1, -(-total // question.size)))
            start = (number - 1) * question.size
            numbers = list(range(start, min(start + question.size, total)))
        else:
            total, numbers = find(self._rows, self.columns, question)
            number = min(question.page, max(1, -(-total // question.size)))
        shown = [one.name for one in self.cells] if names is None else names
        return Page(self.rows(numbers, shown), total, number, question.size)

    def rows(self, numbers: Sequence[int], names: Sequence[str]) -> list[Row]:
        """These rows; a masked value is never read."""
        hidden = {one.name for one in self.columns if one.masked}
        open_names = [name for name in names if name not in hidden]
        found = self._rows.take(numbers, open_names) if open_names else [{} for _number in numbers]
        return [
            Row(number, {name: values.get(name) for name in names})
            for number, values in zip(numbers, found, strict=True)
        ]

    def pictures(self, numbers: Sequence[int]) -> dict[int, str]:
        """Small pictures of these rows, as `data:` addresses."""
        if not self.has_pictures:
            return {}
        if self.images:
            name = self.images[0].name
            return {row.number: small_picture(row.values[name]) for row in self.rows(numbers, [name])}
        names = [one.name for one in self.pixels]
        return {row.number: picture_of_pixels(row.values, names, self.shape) for row in self.rows(numbers, names)}

    def picture(self, number: int) -> bytes | None:
        """The whole picture of a row as PNG; None where there is none to see."""
        if not self.images or not self.has_pictures or not 0 <= number < self.count:
            return None
        name = self.images[0].name
        return whole_picture(self.rows([number], [name])[0].values[name])

    def csv_file(self, question: Question) -> TakenRows:
        """The rows that answer the question as CSV, whole: whatever refuses them does so here."""
        with closing(self.csv(question)) as pieces:
            return TakenRows(pieces)

    def csv(self, question: Question) -> Generator[bytes, None, None]:
        """The rows that answer the question, as CSV piece by piece, in the file's order."""
        shown = [one for one in self.columns if one.form != "image"]
        kept = [one for one in shown if not one.masked]
        schema = pa.schema([(one.name, pa.string() if one.masked else self._type(one)) for one in shown])
        yield csv_table(schema.empty_table(), header=True)
        with matching(self._rows, kept, question, seconds=EXPORT_SECONDS) as batches:
            for batch in batches:
                hidden = pa.array([MASK] * batch.num_rows)
                values = iter(batch.columns)
                arrays = [hidden if one.masked else next(values) for one in shown]
                yield csv_table(pa.table(arrays, schema=schema), header=False)

    def _type(self, column: Column) -> pa.DataType:
        return self._rows.schema.field(column.name).type


@contextmanager
def opened(version: DatasetVersion, user: Any, *, to_take_along: bool = False) -> Iterator[Sheet]:
    """The rows of a version for a person. Raises `PermissionDenied` where they may not see (or take) them."""
    dataset = version.dataset
    allowed = permissions.may_download if to_take_along else permissions.may_see_rows
    if not allowed(user, dataset):
        raise PermissionDenied
    if version.reference is not None:
        raise DomainError(gettext_noop("The rows of this version stay with their owner; the hub does not hold them."))
    entry = CommitFile.objects.select_related("blob").get(commit=version.commit_id, path=TRAINING_FILE)
    with open_blob(entry.blob) as file:
        rows = Rows(file, corrected_types(dataset, version.inspection))
        yield Sheet(rows, corrected_report(dataset, version.inspection), masked_for(user, dataset))
