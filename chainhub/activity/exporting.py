"""The audit log as a file: CSV or JSON, oldest first, with what is needed to check the chain."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from chainhub.activity.models import AuditEvent
from chainhub.core.spreadsheets import csv_lines

COLUMNS = ("number", "at", "person", "verb", "what", "address", "previous_hash", "hash")
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


def exported(events: QuerySet[AuditEvent], form: str) -> Iterator[str]:
    """The lines of the file; `form` is one of `FORMS`. Nothing is held in memory but a thousand rows."""
    rows = (_row(event) for event in events.order_by("pk").iterator(chunk_size=1000))
    return csv_lines(COLUMNS, rows) if form == "csv" else _json_lines(rows)


def _row(event: AuditEvent) -> list[Any]:
    return [
        event.pk,
        event.at.isoformat(),
        event.actor_label,
        event.verb,
        event.text,
        event.target_url,
        event.previous_hash,
        event.hash,
    ]


def _json_lines(rows: Iterator[list[Any]]) -> Iterator[str]:
    yield "["
    before = ""
    for row in rows:
        yield before + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "]\n"
