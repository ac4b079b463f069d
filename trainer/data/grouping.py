"""To which group each row belongs, where whole groups are held out."""

from __future__ import annotations

import numpy as np

from trainer.contract import N_, JobSpec
from trainer.data.columns import Ints, Numbers, text_of
from trainer.data.reading import read_parties
from trainer.data.rows import field_of, labelled
from trainer.failures import TrainingError


def groups_of(spec: JobSpec, field: str, rows: Ints | None = None) -> tuple[Ints, list[str]]:
    """Of every row with a target the number of its group, and what groups are called; or of those rows of the files.

    TrainingError where the field is in no file, holds no groups, or lacks one: nobody knows where such a row belongs.
    Of a masked field no value is told, and none is needed.
    """
    parties = read_parties(spec.model_copy(update={"fields": None if field == spec.target else (field,)}))
    column = field_of(parties, field)
    if column is None or all(field not in table.column_names for party in parties for table in party.tables):
        raise TrainingError(
            "data",
            N_("No organization's data tells groups apart by “%(field)s”."),
            N_("Choose a field of categories or numbers that every organization has."),
            field=field,
        )
    column = column.take(labelled(parties, spec.target, lambda _: None).rows if rows is None else rows)
    if isinstance(column, Numbers):
        absent = np.isnan(column.values)
        distinct, codes = np.unique(column.values, return_inverse=True)
        names = [text_of(float(value)) for value in distinct]
    else:
        absent, codes, names = column.codes < 0, column.codes, column.vocabulary
    if absent.any():
        raise TrainingError(
            "data",
            N_("“%(field)s” is missing in %(count)s rows, which belong to no group then."),
            N_("Fill it in, or hold out rows in another way."),
            field=field,
            count=int(absent.sum()),
        )
    return codes.astype(np.int64), names
