"""The audit log as a file: CSV or JSON, oldest first, with what is needed to check what stands in it.

`hashed` is the JSON of which `hash` is the SHA-256 (UTF-8): the hash before, time, number and name of the person, verb,
stored sentence, address and topics. A reader gets only the entries that concern it, so `chain` says of each whether the
one before is in the file: across a gap nothing can be checked but that the hub still has an entry with that hash.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chainhub.activity.models import AuditEvent, AuditHead
from chainhub.core.spreadsheets import csv_lines

COLUMNS = ("number", "at", "person", "verb", "what", "address", "previous_hash", "hash", "chain", "hashed")
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


def exported(events: QuerySet[AuditEvent], form: str) -> Iterator[str]:
    """The lines of the file; `form` is one of `FORMS`. Nothing is held in memory but a thousand rows."""
    rows = _rows(events.order_by("pk").iterator(chunk_size=1000))
    return csv_lines(COLUMNS, rows) if form == "csv" else _json_lines(rows)


def _rows(events: Iterable[AuditEvent]) -> Iterator[list[Any]]:
    above: AuditEvent | None = None
    held: list[Any] | None = None
    for event in events:
        if held is not None:
            yield held
        held, above = _row(event, above), event
    if held is not None and above is not None:
        if AuditHead.objects.filter(pk=1).values_list("hash", flat=True).first() != above.hash:
            held[COLUMNS.index("chain")] += " " + _("Later entries are not in this file; it does not tell of them.")
        yield held


def _row(event: AuditEvent, above: AuditEvent | None) -> list[Any]:
    return [
        event.pk,
        event.at.isoformat(),
        event.actor_label,
        event.verb,
        event.text,
        event.target_url,
        event.previous_hash,
        event.hash,
        _place(event, above),
        event.hashed_text(),
    ]


def _place(event: AuditEvent, above: AuditEvent | None) -> str:
    if not event.previous_hash:
        return _("The first entry of the log.")
    if above is not None and event.previous_hash == above.hash:
        return _("Follows the entry above.")
    return _("The entry before is not in this file: what stands between cannot be checked from it.")


def _json_lines(rows: Iterator[list[Any]]) -> Iterator[str]:
    yield "["
    before = ""
    for row in rows:
        yield before + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "]\n"
