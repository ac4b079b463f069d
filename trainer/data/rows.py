"""The rows that can be learnt from: those whose target is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trainer.contract import N_, Log
from trainer.data.columns import Column, Ints, column_of
from trainer.data.reading import Party
from trainer.data.target import known
from trainer.failures import TrainingError
from trainer.recipes.program import Tell


@dataclass(frozen=True)
class Labelled:
    """Rows with a target: their numbers in the files as read, their organizations, and the target itself."""

    rows: Ints
    owner: Ints
    column: Column


def labelled(parties: list[Party], target: str, tell: Tell) -> Labelled:
    """Rows without a target are left out; an organization that has no others cannot take part."""
    column = field_of(parties, target)
    if column is None:
        raise TrainingError(
            "data",
            N_("The target “%(field)s” holds neither numbers nor categories."),
            N_("Choose a target of numbers, categories or yes and no."),
            field=target,
        )
    rows = np.flatnonzero(known(column))
    owner = np.repeat(np.arange(len(parties)), [party.rows for party in parties])[rows]
    for party, count in zip(parties, np.bincount(owner, minlength=len(parties)).tolist(), strict=True):
        if count == 0:
            raise TrainingError(
                "data",
                N_("No row of %(organization)s has a target."),
                N_("Every organization needs rows whose target is known."),
                organization=party.name,
            )
        if count < party.rows:
            text = N_("%(rows)s rows of %(organization)s are left out: their target is missing.")
            params = {"rows": party.rows - count, "organization": party.name}
            tell(Log(level="warning", text=text, params=params))
    return Labelled(rows, owner, column.take(rows))


def field_of(parties: list[Party], name: str) -> Column | None:
    """A field over all organizations; missing throughout where one does not have it."""
    parts = []
    for table in (table for party in parties for table in party.tables):
        absent = name not in table.column_names
        parts.append(pa.chunked_array([pa.nulls(table.num_rows)]) if absent else table.column(name))
    return column_of(parts)


def common_fields(parties: list[Party], tell: Tell) -> list[str]:
    """The fields that every organization has, as the first one orders them; what is left out is told."""
    names = [table.column_names for party in parties for table in party.tables]
    known = set().union(*names)
    everywhere = known.intersection(*names)
    for name in sorted(known - everywhere):
        text = N_("The field “%(field)s” is left out: not every organization has it.")
        tell(Log(level="warning", text=text, params={"field": name}))
    return [name for name in names[0] if name in everywhere]
