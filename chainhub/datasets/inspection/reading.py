"""A UTF-8 CSV into Arrow batches of text, in bounded memory; ragged rows are left out and counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext_noop
from pyarrow import csv

from chainhub.datasets.inspection.dialect import Dialect
from chainhub.datasets.inspection.findings import RefusedFileError, Repairs
from chainhub.datasets.inspection.limits import FEW, HOPELESS, MAX_ROWS, SMALL_SHARE
from chainhub.datasets.inspection.lines import LineScan

BLOCK = 4 * 2**20


class Ragged:
    """Rows with more or fewer values than there are columns."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Any = None

    def __call__(self, row: Any) -> str:
        """Arrow's question for each such row: leave it out, or stop."""
        self.count += 1
        self.first = self.first or row
        return "skip" if self.count < HOPELESS else "error"

    def judge(self, rows: int, repairs: Repairs) -> None:
        """Few are left out and told; many mean that the file is not what it seems. Raises `RefusedFileError`."""
        if not self.count:
            return
        told = {"row": self.first.number, "found": self.first.actual_columns, "expected": self.first.expected_columns}
        if self.count > FEW and self.count > SMALL_SHARE * (rows + self.count):
            raise RefusedFileError(
                gettext_noop(
                    "%(count)s rows do not have as many values as there are columns; the first is row %(row)s with "
                    "%(found)s instead of %(expected)s. Check the delimiter and the quotes there."
                ),
                count=self.count,
                **told,
            )
        repairs.tell(
            gettext_noop(
                "%(count)s rows were left out because they do not have as many values as there are columns; the first "
                "is row %(row)s with %(found)s instead of %(expected)s."
            )
            if self.count > 1
            else gettext_noop("Row %(row)s was left out: it has %(found)s values instead of %(expected)s."),
            **({"count": self.count} if self.count > 1 else {}),
            **told,
        )


def read_csv(path: Path, dialect: Dialect, scan: LineScan, repairs: Repairs) -> Iterator[pa.RecordBatch]:
    """Batches of text columns. Raises `RefusedFileError` at the first or last of them."""
    ragged = Ragged()
    rows = 0
    try:
        with _opened(path, dialect, scan, ragged) as reader:
            for batch in reader:
                rows += batch.num_rows
                if rows > MAX_ROWS:
                    raise RefusedFileError(
                        gettext_noop("The table has more than %(limit)s rows, the most that can be used."),
                        limit=MAX_ROWS,
                    )
                if dialect.ignored is not None:
                    batch = batch.remove_column(dialect.ignored)  # noqa: PLW2901 - the same batch, narrower
                if batch.num_rows:
                    yield batch
    except pa.ArrowInvalid as error:
        if ragged.count:
            ragged.judge(rows, repairs)
        raise _unreadable(rows, error) from error
    ragged.judge(rows, repairs)
    if not rows:
        raise RefusedFileError(gettext_noop("The file has a header but no rows below it."))


def _opened(path: Path, dialect: Dialect, scan: LineScan, ragged: Ragged) -> Any:
    names = list(dialect.names)
    return csv.open_csv(
        path,
        read_options=csv.ReadOptions(
            use_threads=False,
            block_size=max(BLOCK, 2 * scan.longest),
            column_names=names,
            skip_rows=dialect.preamble,
            skip_rows_after_names=int(dialect.has_header),
        ),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=scan.multiline, invalid_row_handler=ragged
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), check_utf8=False, quoted_strings_can_be_null=False
        ),
    )


def _unreadable(rows: int, error: Exception) -> RefusedFileError:
    return RefusedFileError(
        gettext_noop("The table cannot be read after row %(row)s: %(reason)s"),
        row=rows + 1,
        reason=str(error).splitlines()[0][:200],
    )
