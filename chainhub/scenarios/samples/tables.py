"""CSV files of example data: the same bytes each time."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_of(head: Iterable[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a header and Unix line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
