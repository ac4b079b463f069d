"""Rows that people send to a published table model."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from trainer.contract import N_
from trainer.data.columns import Column, categories_from_values, numbers_from_values, text_of
from trainer.data.feed import Inputs
from trainer.network import Network
from trainer.reasons import of_odds, of_vectors
from trainer.recipes.tabular import encoding
from trainer.serving import Layered, Row, refusal

FARTHEST = 1e12  # deviations from the middle of what was learnt
NOTHING = 1e-6  # of a probability, of log-odds, or of the number itself: less is rounding, and moves no answer
DIGITS = range(4, 16)  # of a range's edges: as many as tell them apart


def encoded(fields: list[encoding.Field], rows: list[Row]) -> Inputs:
    """Rows as the network takes them; a field that a row lacks is missing in it."""
    columns: dict[str, Column] = {}
    for field in fields:
        values = [row.get(field["name"]) for row in rows]
        if field["kind"] == "category":
            columns[field["name"]] = categories_from_values(values)
            continue
        try:
            columns[field["name"]] = numbers_from_values(values)
        except (ValueError, TypeError, OverflowError):
            wrong = next(value for value in values if not _is_number(value))
            text = N_("“%(field)s” must be a number, not “%(value)s”.")
            raise refusal(text, field=field["name"], value=str(wrong)[:50]) from None
    inputs = encoding.tensors(fields, columns, torch.device("cpu"))
    _check_size(fields, inputs[0], rows)
    return inputs


def _check_size(fields: list[encoding.Field], numbers: Tensor, rows: list[Row]) -> None:
    """A refusal where a number is so far from what the model learnt that its answer would be none."""
    for name, (kind, columns) in encoding.places(fields).items():
        far = ~(numbers[:, columns[0]].abs() <= FARTHEST) if kind == "numbers" else torch.zeros(0)
        if far.any():
            text = N_("“%(field)s” is %(value)s, which is beyond all that the model can compute with.")
            at = int(far.nonzero()[0])
            raise refusal(text, field=name, row=at + 1, value=str(rows[at].get(name))[:50])


def reasons(model: Layered, rows: list[Row]) -> list[list[Row]]:
    """The fields of each row, those first that changed the answer most; against a row of typical values."""
    fields, network = model.preprocessing["fields"], model.network
    constant = model.config.get("parameters", {}).get("imputing") == "constant"
    usual = {field["name"]: _typical(field, constant=constant) for field in fields}
    inputs, baseline = (network.embed(encoded(fields, part)) for part in (rows, [usual]))
    kinds = {"weight": of_vectors}
    if model.config.get("parameters", {}).get("scorecard") and len(model.config.get("labels") or ()) == 2:  # noqa: PLR2004
        kinds["log_odds"] = of_odds
    least = NOTHING * (_largest(network, inputs, baseline) if model.config["task"] == "regression" else 1.0)
    sums = {name: _by_field(fields, weigh(network, inputs, baseline), least) for name, weigh in kinds.items()}
    found = []
    for at, row in enumerate(rows):
        told = [
            {"field": field["name"], "value": _told(row.get(field["name"]))}
            | {name: by_field[place][at] for name, by_field in sums.items()}
            for place, field in enumerate(fields)
        ]
        found.append(sorted(told, key=lambda item: -abs(item["weight"])))
    return found


def _largest(network: Network, inputs: Tensor, baseline: Tensor) -> float:
    """Of all the numbers that are told, and the one that they are held against."""
    return float(network((torch.cat([inputs, baseline]), None)).abs().max())


def _by_field(fields: list[encoding.Field], weights: Tensor, least: float) -> list[list[float]]:
    """Each field's sum over its columns, of every row; 0 where it is less than that."""
    widths = [encoding.input_width([field]) for field in fields]
    sums = (part.sum(1) for part in torch.split(weights.double(), widths, dim=1))
    return [torch.where(own.abs() < least, 0.0, own).tolist() for own in sums]


def _told(value: Any) -> Any:
    """As it was given; JSON knows no number that is none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _typical(field: encoding.Field, *, constant: bool) -> Any:
    """The training part's most frequent category, or what stood for missing numbers, its mean or median.

    A constant says nothing of what is usual, so the centre of the scale stands for it. A masked category is not told.
    """
    if field["kind"] == "category":
        return field.get("typical")
    return field["center"] if constant else field["fill"]


def warnings(preprocessing: Row, row: Row) -> list[Row]:
    """Numbers far outside the range of nine in ten training rows, and categories that were never seen."""
    found: list[Row] = []
    for field in preprocessing["fields"]:
        value = row.get(field["name"])
        if value is None or value == "" or field.get("masked"):
            continue
        said = {"field": field["name"], "value": text_of(value)[:50]}
        if field["kind"] == "category":
            if text_of(value).strip() and text_of(value) not in field["values"]:
                text = N_("“%(field)s” is “%(value)s”, which the model has not learnt.")
                found.append({"text": text, "params": said})
        elif "low" in field and _is_far(float(value), field["low"], field["high"]):
            found.append(_far(field, said))
    return found


def _far(field: encoding.Field, said: Row) -> Row:
    """Where nine in ten lie; of a field that hardly varies, what they have."""
    for digits in DIGITS:
        low, high = (f"{float(f'{field[name]:.{digits}g}'):.15g}" for name in ("low", "high"))
        if low != high:
            text = N_("“%(field)s” is %(value)s; nine in ten training rows lie between %(low)s and %(high)s.")
            return {"text": text, "params": said | {"low": low, "high": high}}
    text = N_("“%(field)s” is %(value)s; at least nine in ten training rows have %(usual)s.")
    return {"text": text, "params": said | {"usual": low}}


def _is_far(value: float, low: float, high: float) -> bool:
    """Further outside than half the range is wide: of a normal distribution, one value in a thousand."""
    return value < low - (high - low) / 2 or value > high + (high - low) / 2


def _is_number(value: Any) -> bool:
    try:
        numbers_from_values([value])
    except (ValueError, TypeError, OverflowError):
        return False
    return True
