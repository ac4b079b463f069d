"""Long tables as CSV or JSON, written row by row."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, StreamingHttpResponse

from chainhub.core.spreadsheets import csv_lines

FORMS = {"csv": "text/csv", "json": "application/json"}

Rows = Iterable[Sequence[Any]]


def export(form: str, columns: Sequence[str], rows: Rows, *, name: str) -> StreamingHttpResponse:
    """The answer of `…/export.csv` and `…/export.json`, to be saved as `name`; any other form is not there."""
    if form not in FORMS:
        raise Http404
    lines = csv_lines(columns, rows) if form == "csv" else _json_lines(columns, rows)
    answer = StreamingHttpResponse(lines, content_type=f"{FORMS[form]}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def _json_lines(columns: Sequence[str], rows: Rows) -> Iterator[str]:
    yield "["
    before = ""
    for row in rows:
        yield before + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "]\n"
