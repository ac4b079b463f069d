"""Rows that people send to a published table model."""

from __future__ import annotations

from typing import Any

import torch

from trainer.contract import N_
from trainer.data.columns import Column, categories_from_values, numbers_from_values
from trainer.data.feed import Inputs
from trainer.recipes.tabular import encoding
from trainer.serving import Row, refusal


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
        except (ValueError, TypeError):
            wrong = next(value for value in values if not _is_number(value))
            text = N_("“%(field)s” must be a number, not “%(value)s”.")
            raise refusal(text, field=field["name"], value=str(wrong)[:50]) from None
    return encoding.tensors(fields, columns, torch.device("cpu"))


def _is_number(value: Any) -> bool:
    try:
        numbers_from_values([value])
    except (ValueError, TypeError):
        return False
    return True
