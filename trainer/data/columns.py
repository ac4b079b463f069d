"""A field over all organizations as numbers or as categories, whatever types the files gave it.

Categories are text: true and false, 1 and 1.0 and "1" mean the same wherever they come from. Missing and infinite
numbers are NaN, missing or blank categories have code -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Numbers:
    """A numeric field; NaN where it is missing."""

    values: Floats
    infinite: int = 0  # how many infinite values became missing

    def take(self, rows: Ints) -> Numbers:
        return Numbers(self.values[rows], self.infinite)


@dataclass(frozen=True)
class Categories:
    """A field of categories: `vocabulary[code]`, code -1 where it is missing."""

    codes: Ints
    vocabulary: list[str]

    def take(self, rows: Ints) -> Categories:
        return Categories(self.codes[rows], self.vocabulary)


Column = Numbers | Categories


def text_of(value: object) -> str:
    """How a value is written as a category."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def column_of(parts: Sequence[pa.ChunkedArray]) -> Column | None:
    """One column out of every file's part of it; None when its values are neither numbers nor categories."""
    types = {part.type for part in parts if not pa.types.is_null(part.type)}
    if all(_is_number(kind) for kind in types):
        return numbers_of(parts)
    if not all(_is_number(kind) or _is_text(kind) or pa.types.is_boolean(kind) for kind in types):
        return None
    if any(_is_number(kind) for kind in types) and not any(pa.types.is_boolean(kind) for kind in types):
        try:  # numbers here and text there: numbers, if every text is one
            return numbers_of([_as_number(part) for part in parts])
        except pa.ArrowInvalid:
            pass
    return categories_of(parts)


def numbers_of(parts: Sequence[pa.ChunkedArray]) -> Numbers:
    values = np.concatenate([_floats(part) for part in parts])
    infinite = np.isinf(values)
    count = int(infinite.sum())
    if count:
        values[infinite] = np.nan
    return Numbers(values, count)


def categories_of(parts: Sequence[pa.ChunkedArray]) -> Categories:
    texts = pa.chunked_array([chunk for part in parts for chunk in _as_text(part).chunks], pa.large_string())
    blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0)
    encoded = pc.dictionary_encode(pc.if_else(blank, None, texts)).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # Arrow keeps zero chunks apart
        return Categories(np.empty(0, np.int64), [])
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Categories(codes, encoded.dictionary.to_pylist())


def numbers_from_values(values: Sequence[Any]) -> Numbers:
    """Numbers out of Python values (None is missing); ValueError when one is no number."""
    array = np.array([np.nan if value is None or value == "" else float(value) for value in values], np.float64)
    array[np.isinf(array)] = np.nan
    return Numbers(array)


def categories_from_values(values: Sequence[Any]) -> Categories:
    texts = [None if value is None or not str(value).strip() else text_of(value) for value in values]
    vocabulary = sorted({text for text in texts if text is not None})
    places = {text: index for index, text in enumerate(vocabulary)}
    return Categories(np.array([-1 if text is None else places[text] for text in texts], np.int64), vocabulary)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _as_number(part: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(_plain(part), pa.float64()) if _is_text(part.type) else part


def _plain(part: pa.ChunkedArray) -> pa.ChunkedArray:
    return part.cast(part.type.value_type) if pa.types.is_dictionary(part.type) else part


def _as_text(part: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(part.type) or pa.types.is_decimal(part.type):
        values = [None if value is None else text_of(float(value)) for value in part.to_pylist()]
        return pa.chunked_array([pa.array(values, pa.large_string())])
    return pc.cast(_plain(part), pa.large_string())


def _floats(part: pa.ChunkedArray) -> Floats:
    if pa.types.is_null(part.type):
        return np.full(len(part), np.nan)
    return np.asarray(pc.cast(part, pa.float64(), safe=False).to_numpy(), np.float64).copy()
