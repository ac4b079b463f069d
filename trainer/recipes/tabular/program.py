"""Tables: which fields are used, how they are learnt, and the network they enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch

from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Column, Ints, Numbers
from trainer.data.feed import Feed, Inputs, Resident, spilled
from trainer.data.reading import Party, read_parties
from trainer.data.rows import common_fields, field_of, labelled
from trainer.data.spill import Spill, spill_for
from trainer.data.target import Target, target_of
from trainer.evaluation.examples import cell
from trainer.evaluation.scorecard import check_bad
from trainer.evaluation.trades import Trades, check_target, trades_of
from trainer.failures import TrainingError
from trainer.layers import dense
from trainer.network import Network
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.recipes.tabular import asking, encoding
from trainer.recipes.tabular.schema import Parameters
from trainer.serving import Layered, Served
from trainer.snippets import snippet

BYTES_PER_CELL = 16  # a column of doubles, its row in floats, and a copy of that while it is turned


@dataclass(frozen=True)
class TableSource:
    """Every row with a target, field by field."""

    parties: list[Party]
    owner: Ints
    target: Target
    columns: dict[str, Column]
    parameters: Parameters
    masked: frozenset[str] = frozenset()
    spill: Spill | None = None  # where the columns are in files, and their rows shall be
    trades: Trades | None = None  # what a back-test was asked for with

    def shown(self, row: int) -> dict[str, Any]:
        """What stands in a row."""
        return {name: cell(column, row) for name, column in self.columns.items()}

    def prepare(self, rows: Ints) -> TablePreparation:
        learnt = encoding.learn(self.columns, rows, self.parameters, self.masked)
        return TablePreparation(learnt, self.parameters, self.columns, self.masked, self.spill)


@dataclass(frozen=True)
class TablePreparation(Preparation):
    """Fields as learnt from the training part."""

    fields: list[encoding.Field]
    parameters: Parameters
    columns: Mapping[str, Column] = field(repr=False)
    masked: frozenset[str] = frozenset()
    spill: Spill | None = None

    def feed(self, device: torch.device) -> Feed:
        if self.spill is not None:
            return spilled(*encoding.spilled(self.fields, self.columns, self.spill), device)
        return Resident(self.encoded(self.columns, device))

    def encoded(self, columns: Mapping[str, Column], device: torch.device) -> Inputs:
        """Such columns as the network takes them."""
        return encoding.tensors(self.fields, columns, device)

    def network(self, outputs: int, device: torch.device) -> Network:
        p = self.parameters
        calls, shapes = dense(encoding.input_width(self.fields), p.hidden_layers, outputs, p.activation, p.dropout)
        categories = [item for item in self.fields if item["kind"] == "category"]
        names = [item["weights"] for item in categories]
        if p.categories == "one-hot":
            fixed = {item["weights"]: torch.eye(item["rows"]) for item in categories}
            return Network(calls, shapes, embeddings=names, frozen=fixed, device=device)
        vectors = {item["weights"]: (item["rows"], item["size"]) for item in categories}
        return Network(calls, vectors | shapes, embeddings=names, device=device)

    def places(self) -> dict[str, tuple[str, list[int]]]:
        return encoding.places(self.fields)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "table", "fields": [encoding.published(item, self.masked) for item in self.fields]}

    def snippet(self, config: dict[str, Any]) -> str:
        return snippet(config, self.to_json())


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> TableSource:
    """The rows that have a target and the fields that a network can use; what is left out is told."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: stored.size + BYTES_PER_CELL * stored.cells, tell)
    parties = read_parties(spec, lazily=spill is not None)
    known = labelled(parties, spec.target, tell)
    columns: dict[str, Column] = {}
    trades = trades_of(spec, p)
    for name in _known_before(_names(spec, parties, tell), p, tell):
        if (column := _usable(parties, name, p, tell)) is not None:
            taken = column.take(known.rows)
            columns[name] = taken if spill is None else spill.keep(taken)
    if not columns:
        raise TrainingError(
            "data",
            N_("No field is left that the model could use."),
            N_("Choose fields of numbers or of few categories."),
        )
    target = target_of(known.column, p.task, p.positive_above)
    check_bad(target, p.bad_class)
    if trades is not None:
        check_target(target, trades, spec.split)
    return TableSource(parties, known.owner, target, columns, p, frozenset(spec.masked), spill, trades)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Rows by the names of their fields."""
    return Layered(
        folder,
        config,
        preprocessing,
        lambda rows: asking.encoded(preprocessing["fields"], rows),
        reasons=asking.reasons,
        warnings=asking.warnings,
    )


def _names(spec: JobSpec, parties: list[Party], tell: Tell) -> list[str]:
    """The chosen fields, or those that every organization has."""
    if spec.fields is not None:
        known = {name for party in parties for table in party.tables for name in table.column_names}
        if absent := [name for name in spec.fields if name not in known]:
            raise TrainingError(
                "data",
                N_("No organization's data has the field “%(field)s”."),
                N_("Choose fields that the datasets have."),
                field=absent[0],
            )
        return list(spec.fields)
    return [name for name in common_fields(parties, tell) if name != spec.target]


def _known_before(names: list[str], p: Parameters, tell: Tell) -> list[str]:
    """Without the returns of a back-test: who knows them needs no prediction."""
    if p.returns in names:
        text = N_("The field “%(field)s” is left out: the returns are known only afterwards.")
        tell(Log(level="warning", text=text, params={"field": p.returns}))
    return [name for name in names if name != p.returns]


def _usable(parties: list[Party], name: str, p: Parameters, tell: Tell) -> Column | None:
    """The field as a network can use it, or None, which is told."""
    column = field_of(parties, name)
    if isinstance(column, Numbers):
        if column.infinite:
            text = N_("%(count)s infinite values of “%(field)s” count as missing.")
            tell(Log(level="warning", text=text, params={"field": name, "count": column.infinite}))
        return column
    if column is None:
        text = N_("The field “%(field)s” is left out: dates, lists and files cannot be used yet.")
        tell(Log(level="warning", text=text, params={"field": name}))
        return None
    if (count := len(column.vocabulary)) > p.max_categories:
        text = N_("The field “%(field)s” is left out: %(count)s different texts are too many for categories.")
        tell(Log(level="warning", text=text, params={"field": name, "count": count}))
        return None
    return column
