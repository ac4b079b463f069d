"""When each row happened: dates, moments, or numbers that grow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.contract import N_, JobSpec
from trainer.data.columns import Floats, Ints
from trainer.data.reading import read_parties
from trainer.data.rows import labelled
from trainer.failures import TrainingError

MICROSECOND = 1e-6
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1, 9999))  # years that can be written


@dataclass(frozen=True)
class Times:
    """Seconds since 1970 (UTC), or numbers as they stand, of every row that has a target."""

    values: Floats
    dates: bool

    def take(self, rows: Ints) -> Times:
        return Times(self.values[rows], self.dates)

    def said(self, value: float) -> str | float:
        """A value as people write it: 2026-01-31, with the minutes where there are any."""
        if not self.dates:
            return value
        moment = datetime.fromtimestamp(value, UTC)
        whole = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
        return moment.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M")


def times_of(spec: JobSpec, field: str, rows: Ints | None = None) -> Times:
    """Of every row with a target, or of those rows of the files.

    TrainingError where the field is in no file, holds no times, or lacks one: such a row has no place in time.
    """
    parties = read_parties(spec.model_copy(update={"fields": None if field == spec.target else (field,)}))
    parts = [
        _values(table.column(field), field)
        for party in parties
        for table in party.tables
        if field in table.column_names
    ]
    if not parts or len({dates for _, dates in parts}) > 1 or len(parts) < sum(len(party.tables) for party in parties):
        raise _unfit(field)
    rows = labelled(parties, spec.target, lambda _: None).rows if rows is None else rows
    values = np.concatenate([values for values, _ in parts])[rows]
    if np.isnan(values).any():
        raise TrainingError(
            "data",
            N_("“%(field)s” is missing in %(count)s rows, which have no place in time then."),
            N_("Fill it in, or hold out rows in another way."),
            field=field,
            count=int(np.isnan(values).sum()),
        )
    return Times(values, parts[0][1])


def _values(column: pa.ChunkedArray, field: str) -> tuple[Floats, bool]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _moments(column, field)
    kind = column.type
    dates = bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    if dates:
        column = pc.cast(pc.cast(column, pa.timestamp("us", getattr(kind, "tz", None)), safe=False), pa.int64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise _unfit(field)
    values = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(), np.float64)
    values = np.where(np.isfinite(values), values, np.nan) * (MICROSECOND if dates else 1.0)
    if dates and ((values < FIRST) | (values > LAST)).any():
        raise _unfit(field)
    return values, dates


def _moments(column: pa.ChunkedArray, field: str) -> pa.ChunkedArray:
    """Dates and moments as ISO 8601 writes them, which is how canonical files hold them; some have a zone."""
    words = pc.utf8_trim_whitespace(column)
    words = pc.if_else(pc.equal(words, ""), None, words)
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            return pc.cast(words, kind)
        except pa.ArrowInvalid:
            continue
    raise _unfit(field)


def _unfit(field: str) -> TrainingError:
    return TrainingError(
        "data",
        N_("“%(field)s” does not tell of every row when it was."),
        N_("Choose a field of dates, or of numbers that grow with time, which every organization has."),
        field=field,
    )
