"""Texts of every organization, and how a text falls into words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from trainer.contract import N_
from trainer.data.reading import Party
from trainer.failures import TrainingError

# Chinese, Japanese and Korean letters stand for themselves, anything else is a word between spaces and marks.
LETTERS = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]"
WORD = re.compile(rf"{LETTERS}|[^\W_]+(?:['’][^\W_]+)*|[!?！？]|[:;]-?[()DPp]", re.UNICODE)


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, and the marks that carry a mood."""
    return WORD.findall(unicodedata.normalize("NFKC", text).lower())


def texts_of(parties: Sequence[Party], field: str) -> list[str]:
    """The field's text in every row of every file; an empty one where it is missing.

    Raises TrainingError where a file has no such field, or where it holds no text.
    """
    found: list[str] = []
    for party in parties:
        for table in party.tables:
            if field not in table.column_names:
                raise TrainingError(
                    "data",
                    N_("The data of %(organization)s has no field “%(field)s”."),
                    N_("Every organization's data must have the text under the same name."),
                    organization=party.name,
                    field=field,
                )
            found.extend(_texts(table.column(field), party.name, field))
    return found


def _texts(column: pa.ChunkedArray, organization: str, field: str) -> list[str]:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_null(column.type)):
        raise TrainingError(
            "data",
            N_("The field “%(field)s” of %(organization)s holds no text."),
            N_("Choose the field in which the text stands."),
            organization=organization,
            field=field,
        )
    return [text or "" for text in pc.cast(column, pa.large_string()).to_pylist()]


def text_fields(parties: Sequence[Party], but: Sequence[str]) -> list[str]:
    """Fields that hold text in the first file."""
    table = parties[0].tables[0]
    return [
        field.name
        for field in table.schema
        if field.name not in but and (pa.types.is_string(field.type) or pa.types.is_large_string(field.type))
    ]
