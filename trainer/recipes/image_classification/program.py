"""Pictures: where their pixels are, and the networks that look at them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import torch

from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Resident, Spilled
from trainer.data.reading import Lazy, Party, read_parties
from trainer.data.rows import labelled
from trainer.data.spill import Room, Stored, spill_for
from trainer.data.target import Target, target_of
from trainer.failures import TrainingError
from trainer.layers import dense
from trainer.network import Call, Network
from trainer.recipes.image_classification import asking, pixels
from trainer.recipes.image_classification.schema import Parameters
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Layered, Served
from trainer.snippets import snippet

Shape = tuple[int, int, int]
BYTE = 255.0
THUMBNAIL = 64  # pixels a side, of examples
BYTES_PER_PIXEL = 8
PICTURES = 64  # files that are unpacked at a time


@dataclass(frozen=True)
class ImageSource:
    """Every picture with a label, as one tensor; a picture needs nothing learnt."""

    parties: list[Party]
    owner: Ints
    target: Target
    values: torch.Tensor  # rows × (channels × height × width), between 0 and 1
    preparation: dict[str, Any]
    shape: Shape
    parameters: Parameters
    in_file: bool = False  # the values are mapped, not in memory

    def picture(self, row: int) -> bytes:
        """A small PNG of it."""
        return pixels.as_png(self.values[row].numpy(), self.shape, THUMBNAIL)

    def prepare(self, rows: Ints) -> ImagePreparation:
        return ImagePreparation(self)


@dataclass(frozen=True)
class ImagePreparation(Preparation):
    """Pixels divided by their largest value."""

    source: ImageSource

    def feed(self, device: torch.device) -> Feed:
        if self.source.in_file:
            return Spilled(self.source.values.numpy(), None, device)
        return Resident((self.source.values.to(device), None))

    def network(self, outputs: int, device: torch.device) -> Network:
        p = self.source.parameters
        if p.network == "mlp":
            calls, shapes = dense(int(np.prod(self.source.shape)), p.hidden_layers, outputs, p.activation, p.dropout)
            return Network(calls, shapes, device=device)
        calls, shapes = convolutional(self.source.shape, p, outputs)
        return Network(calls, shapes, device=device)

    def to_json(self) -> dict[str, Any]:
        return self.source.preparation

    def input_json(self) -> dict[str, Any]:
        return {"kind": "image", "shape": list(self.source.shape)}

    def snippet(self, config: dict[str, Any]) -> str:
        return snippet(config, self.to_json())


def convolutional(shape: Shape, p: Parameters, outputs: int) -> tuple[list[Call], dict[str, tuple[int, ...]]]:
    """Convolutions that halve the side each, then fully connected layers."""
    channels, height, width = shape
    calls: list[Call] = [{"call": "unflatten", "options": {"dim": 1, "sizes": list(shape)}}]
    shapes: dict[str, tuple[int, ...]] = {}
    for place, (before, after) in enumerate(pairwise([channels, *p.channels])):
        weights = [f"convolutions.{place}.weight", f"convolutions.{place}.bias"]
        calls.append({"call": "conv2d", "weights": weights, "options": {"padding": 1}})
        calls.append({"call": p.activation})
        calls.append({"call": "max_pool2d", "options": {"kernel_size": 2}})
        shapes |= {weights[0]: (after, before, 3, 3), weights[1]: (after,)}
        height, width = height // 2, width // 2
    if not height or not width:
        raise TrainingError(
            "spec",
            N_("Pictures of %(side)s pixels a side are too small for %(count)s convolutions."),
            N_("Choose fewer convolution channels or larger pictures."),
            side=shape[1],
            count=len(p.channels),
        )
    calls.append({"call": "flatten", "options": {"start_dim": 1}})
    rest, more = dense(p.channels[-1] * height * width, p.hidden_layers, outputs, p.activation, p.dropout)
    return calls + rest, shapes | more


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> ImageSource:
    """Labelled pictures out of pixel columns or out of one column of picture files."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: _bytes_of(stored, spec, p), tell)
    room: Room = np.empty if spill is None else spill.room
    parties = read_parties(spec, lazily=spill is not None)
    tables = [table for party in parties for table in party.tables]
    known = labelled(parties, spec.target, tell)
    column = _picture_column(spec, tables[0])
    if column:
        values, shape = _from_files(tables, column, p, room), (1 if p.colour == "grey" else 3, p.side, p.side)
    else:
        values, shape = _from_columns(spec, tables, tell, room)
    if len(known.rows) < len(values):
        values = _taken(values, known.rows, room)
    divide = BYTE if column or values.max() > 1.0 else 1.0  # pixel columns may have been scaled before
    target = target_of(known.column, "classification", None)
    preparation = {"kind": "image", "shape": list(shape), "divide": divide}
    pictures = torch.from_numpy(values).div_(divide)
    return ImageSource(parties, known.owner, target, pictures, preparation, shape, p, spill is not None)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Pictures as pixels or as files."""
    return Layered(
        folder, config, preprocessing, lambda rows: asking.encoded(preprocessing, rows), reasons=asking.reasons
    )


def _picture_column(spec: JobSpec, table: pa.Table | Lazy) -> str | None:
    kinds = {field.name: field.type for field in table.schema}  # asking the table itself is slow by column
    for name in spec.fields or kinds:
        kind = kinds.get(name, pa.null())
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_struct(kind):
            return name
    return None


def _bytes_of(stored: Stored, spec: JobSpec, p: Parameters) -> int:
    """What the pictures would take: as read, and as floats, of which there are two copies for a while."""
    of_files = bool(spec.fields) and len(spec.fields or ()) == 1
    pixels_of = stored.rows * p.side**2 * (1 if p.colour == "grey" else 3) if of_files else stored.cells
    return stored.size + BYTES_PER_PIXEL * max(pixels_of, stored.cells)


def _taken(values: pixels.Pixels, rows: Ints, room: Room) -> pixels.Pixels:
    taken = room((len(rows), values.shape[1]), np.float32)
    for begin in range(0, len(rows), pixels.BLOCK):
        taken[begin : begin + pixels.BLOCK] = values[rows[begin : begin + pixels.BLOCK]]
    return taken


def _from_files(tables: list[pa.Table | Lazy], column: str, p: Parameters, room: Room) -> pixels.Pixels:
    batches = (batch for table in tables for batch in table.select([column]).to_batches(max_chunksize=PICTURES))
    cells = (value for batch in batches for value in batch.column(0).to_pylist())
    channels = 1 if p.colour == "grey" else 3
    values = room((sum(table.num_rows for table in tables), channels * p.side * p.side), np.float32)
    for row, cell in enumerate(cells):
        content = pixels.content_of(cell)
        try:
            values[row] = 0.0 if content is None else pixels.from_bytes(content, p.side, channels)
        except ValueError as error:
            raise TrainingError(
                "data",
                N_("Row %(row)s holds no readable picture: %(reason)s"),
                N_("Every row needs a PNG, JPEG or other common picture."),
                row=row + 1,
                reason=error,
            ) from None
    return values


def _from_columns(spec: JobSpec, tables: list[pa.Table | Lazy], tell: Tell, room: Room) -> tuple[pixels.Pixels, Shape]:
    names = _pixel_names(spec, tables[0], tell)
    shape = pixels.shape_of(len(names))
    if shape is None:
        raise TrainingError(
            "data",
            N_("%(count)s pixel fields make no square picture."),
            N_("Choose the pixel fields only: side × side of them, or three times as many for colour."),
            count=len(names),
        )
    for table in tables:
        if missing := set(names) - set(table.column_names):
            raise TrainingError(
                "data",
                N_("No organization may lack a pixel field: “%(field)s” is missing."),
                N_("Every organization's data must have the same pixel fields."),
                field=min(missing),
            )
    values = pixels.from_columns(tables, names, room)
    if pixels.blackened(values):
        tell(Log(level="warning", text=N_("Missing pixels are read as black.")))
    return values, shape


def _pixel_names(spec: JobSpec, table: pa.Table | Lazy, tell: Tell) -> list[str]:
    names = []
    kinds = {field.name: field.type for field in table.schema}
    for name in spec.fields or kinds:
        kind = kinds.get(name, pa.uint8())
        if name == spec.target:
            continue
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            names.append(name)
        else:
            text = N_("The field “%(field)s” is left out: it holds no pixels.")
            tell(Log(level="warning", text=text, params={"field": name}))
    return names
