"""Preprocessing of a table: what was learnt, as `preprocessing.json` says it, and its application to columns.

Training and prediction share `encode`. The form is made for strangers: a number becomes
`(value or fill - center) / scale`, a category the row `values[text]` of its weights (0 when never seen).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from trainer.data.columns import Bools, Categories, Column, Floats, Ints, Numbers
from trainer.data.spill import Spill
from trainer.recipes.tabular.schema import Parameters

Field = dict[str, Any]
FEWEST_FOR_RANGE = 40  # rows
BLOCK = 16_384  # rows that are encoded at a time where they go to files
SHOWN_ONLY = {"low", "high", "typical"}


def learn(
    columns: Mapping[str, Column], rows: Ints, parameters: Parameters, masked: frozenset[str] = frozenset()
) -> list[Field]:
    """The fields with what those rows teach about them: numbers first, then categories.

    Of a masked field no smallest or largest value is learnt, since all receivers of the model may read it: it is scaled
    by mean and deviation where the others are brought between 0 and 1.
    """
    between = parameters.scaling == "min-max"
    fields = [
        _learn_number(name, column.values[rows], parameters, "standard" if between and name in masked else None)
        for name, column in columns.items()
        if isinstance(column, Numbers)
    ]
    categories = [(name, column) for name, column in columns.items() if isinstance(column, Categories)]
    for place, (name, column) in enumerate(categories):
        fields.append(_learn_category(name, column.take(rows), f"embeddings.{place}.weight", parameters))
    return fields


def published(field: Field, masked: frozenset[str]) -> Field:
    """A field as others may read it: of a masked one, nothing that only helps people to fill in a row."""
    if field["name"] not in masked:
        return field
    return {name: value for name, value in field.items() if name not in SHOWN_ONLY} | {"masked": True}


def encode(fields: list[Field], columns: Mapping[str, Column]) -> tuple[npt.NDArray[np.float32], Ints]:
    """Numbers (and marks of missing ones) as one matrix, categories as codes of their embeddings."""
    rows = _length(columns)
    numbers, codes = [], []
    for field in fields:
        column = columns[field["name"]]
        if field["kind"] == "number":
            numbers.extend(_encode_number(field, column))
        else:
            codes.append(_encode_category(field, column))
    matrix = np.stack(numbers, axis=1) if numbers else np.empty((rows, 0), np.float32)
    return matrix, np.stack(codes, axis=1) if codes else np.empty((rows, 0), np.int64)


def places(fields: list[Field]) -> dict[str, tuple[str, list[int]]]:
    """Which columns of the matrix or of the codes each field fills."""
    found: dict[str, tuple[str, list[int]]] = {}
    number = code = 0
    for field in fields:
        if field["kind"] == "number":
            width = 2 if field["indicator"] else 1
            found[field["name"]] = ("numbers", list(range(number, number + width)))
            number += width
        else:
            found[field["name"]] = ("codes", [code])
            code += 1
    return found


def input_width(fields: list[Field]) -> int:
    return sum((2 if field["indicator"] else 1) if field["kind"] == "number" else field["size"] for field in fields)


def tensors(
    fields: list[Field], columns: Mapping[str, Column], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor | None]:
    matrix, codes = encode(fields, columns)
    numbers = torch.from_numpy(matrix).to(device)
    return numbers, torch.from_numpy(codes).to(device) if codes.shape[1] else None


def spilled(
    fields: list[Field], columns: Mapping[str, Column], spill: Spill
) -> tuple[npt.NDArray[np.float32], Ints | None]:
    """The same as `encode`, block by block into files."""
    rows = _length(columns)
    filled = list(places(fields).values())
    widths = [sum(len(own) for kind, own in filled if kind == wanted) for wanted in ("numbers", "codes")]
    matrix, codes = spill.room((rows, widths[0]), np.float32), spill.room((rows, widths[1]), np.int64)
    for begin in range(0, rows, BLOCK):
        block = slice(begin, begin + BLOCK)
        matrix[block], codes[block] = encode(fields, {name: _part(column, block) for name, column in columns.items()})
    return matrix, codes if widths[1] else None


def _part(column: Column, rows: slice) -> Column:
    if isinstance(column, Numbers):
        return Numbers(column.values[rows])
    return Categories(column.codes[rows], column.vocabulary)


def _length(columns: Mapping[str, Column]) -> int:
    column = next(iter(columns.values()))
    return len(column.values if isinstance(column, Numbers) else column.codes)


def _learn_number(name: str, values: Floats, parameters: Parameters, scaling: str | None = None) -> Field:
    present = values[~np.isnan(values)]
    fill = _fill(present, parameters)
    filled = np.where(np.isnan(values), fill, values)
    center, scale = _scaling(filled, scaling or parameters.scaling)
    indicator = parameters.missing_indicators and len(present) < len(values)
    learnt = {"name": name, "kind": "number", "fill": fill, "center": center, "scale": scale, "indicator": indicator}
    return learnt | _usual(present)


def _usual(present: Floats) -> Field:
    """Where nine in ten values lie, for people who fill in a row; a few rows would give themselves away."""
    if len(present) < FEWEST_FOR_RANGE:
        return {}
    low, high = np.percentile(present, [5, 95]).tolist()
    return {"low": low, "high": high}


def _fill(present: Floats, parameters: Parameters) -> float:
    if parameters.imputing == "constant" or not len(present):
        return parameters.fill_value
    if parameters.imputing == "mean":
        return float(present.mean())
    if parameters.imputing == "most-frequent":
        values, counts = np.unique(present, return_counts=True)
        if counts.max() > 1:  # else none is more frequent than any other, and the first would be the smallest
            return float(values[counts.argmax()])
    return float(np.median(present))


def _scaling(values: Floats, scaling: str) -> tuple[float, float]:
    if scaling == "none" or not len(values):
        return 0.0, 1.0
    if scaling == "min-max":
        center, scale = float(values.min()), float(values.max() - values.min())
    else:
        center, scale = float(values.mean()), float(values.std())
    if not np.isfinite(center) or not np.isfinite(scale):
        return 0.0, 1.0  # beyond what sums can hold; training will say so
    return center, scale if scale > 1e-12 * max(1.0, abs(center)) else 1.0  # a constant field stays at zero


def _learn_category(name: str, column: Categories, weights: str, parameters: Parameters) -> Field:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
    kept = sorted(text for text, count in zip(column.vocabulary, counts, strict=True) if count >= parameters.rare_below)
    values = {text: place for place, text in enumerate(kept, start=1)}
    typical = column.vocabulary[int(counts.argmax())] if counts.any() else ""
    absent = bool((column.codes < 0).any())
    missing = values.get(typical, 0)
    rows = len(kept) + 1
    if parameters.missing_categories == "own" and absent:
        missing, rows = rows, rows + 1
    size = rows if parameters.categories == "one-hot" else parameters.embedding_size or min(50, round(1.6 * rows**0.56))
    field: Field = {"name": name, "kind": "category", "values": values, "missing": missing, "rows": rows, "size": size}
    return field | {"weights": weights, "typical": typical if typical in values else next(iter(values), None)}


def _encode_number(field: Field, column: Column) -> list[npt.NDArray[np.float32]]:
    if not isinstance(column, Numbers):
        raise TypeError(f"{field['name']} holds numbers")
    values = column.values
    missing: Bools = np.isnan(values)
    scaled = (np.where(missing, field["fill"], values) - field["center"]) / field["scale"]
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and training says so
        encoded = [scaled.astype(np.float32)]
    return [*encoded, missing.astype(np.float32)] if field["indicator"] else encoded


def _encode_category(field: Field, column: Column) -> Ints:
    if not isinstance(column, Categories):
        raise TypeError(f"{field['name']} holds categories")
    table = [field["values"].get(text, 0) for text in column.vocabulary]
    return np.array([*table, field["missing"]], np.int64)[column.codes]  # code -1 takes the last: missing
