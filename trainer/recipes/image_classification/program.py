"""Pictures: where their pixels are, and the networks that look at them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from trainer.contract import N_, JobSpec
from trainer.data import pictures, pixels
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Resident, spilled
from trainer.data.pictures import Shape
from trainer.data.reading import Party, read_parties
from trainer.data.rows import labelled
from trainer.data.spill import Room, Stored, spill_for
from trainer.data.target import Target, target_of
from trainer.failures import TrainingError
from trainer.layers import dense
from trainer.network import Call, Network, Trainable
from trainer.recipes.image_classification import asking
from trainer.recipes.image_classification.based import SNIPPET, Begun, Teller, TellingNetwork
from trainer.recipes.image_classification.schema import Parameters
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Layered, Served
from trainer.sight.known import known_in
from trainer.sight.shape import COLOURS
from trainer.snippets import snippet

THUMBNAIL = 64  # pixels a side, of examples
BYTES_PER_PIXEL = 8


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
    begun: Begun | None = None  # a base model to go on from

    def picture(self, row: int, *, whole: bool = False) -> bytes:
        """A small PNG of it; `whole` as large as the model reads it, so that it can be asked about."""
        most = max(THUMBNAIL, *self.shape[1:]) if whole else THUMBNAIL
        return pixels.as_png(self.values[row].numpy(), self.shape, most)

    def prepare(self, rows: Ints) -> ImagePreparation:
        return ImagePreparation(self)


@dataclass(frozen=True)
class ImagePreparation(Preparation):
    """Pixels divided by their largest value."""

    source: ImageSource

    def feed(self, device: torch.device) -> Feed:
        if self.source.in_file:
            return spilled(self.source.values.numpy(), None, device)
        return Resident((self.source.values.to(device), None))

    def network(self, outputs: int, device: torch.device) -> Trainable:
        p = self.source.parameters
        if self.source.begun is not None:
            return TellingNetwork(self.source.begun, self.source.shape, outputs, p, device)
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
        return SNIPPET if self.source.begun else snippet(config, self.to_json())


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
    known = labelled(parties, spec.target, tell)
    field = pictures.picture_field(spec, parties[0].tables[0])
    if field:
        channels, side = _wanted(spec, p)
        values = pictures.from_files(parties, field, side, channels, tell, room)
        shape: Shape = (channels, side, side)
    else:
        values, shape = pictures.from_columns(spec, parties, tell, room)
    if len(known.rows) < len(values):
        values = pictures.taken(values, known.rows, room)
    divide = pictures.BYTE if field else pictures.largest(values, known.owner, parties, tell)
    target = target_of(known.column, "classification", None)
    preparation = {"kind": "image", "shape": list(shape), "divide": divide}
    held = torch.from_numpy(values).div_(divide)
    begun = Begun(known_in(Path(spec.base.path))) if spec.base else None
    return ImageSource(parties, known.owner, target, held, preparation, shape, p, spill is not None, begun)


def _wanted(spec: JobSpec, p: Parameters) -> tuple[int, int]:
    """Colours and side of the squares that picture files become."""
    if spec.base:
        return COLOURS, p.base_side
    return 1 if p.colour == "grey" else COLOURS, p.side


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Pictures as pixels or as files."""
    if "sight" in config:
        return Teller(folder, config, preprocessing)
    return Layered(
        folder, config, preprocessing, lambda rows: asking.encoded(preprocessing, rows), reasons=asking.reasons
    )


def _bytes_of(stored: Stored, spec: JobSpec, p: Parameters) -> int:
    """What the pictures would take: as read, and as floats, of which there are two copies for a while."""
    of_files = bool(spec.fields) and len(spec.fields or ()) == 1
    channels, side = _wanted(spec, p)
    pixels_of = stored.rows * side**2 * channels if of_files else stored.cells
    return stored.size + BYTES_PER_PIXEL * max(pixels_of, stored.cells)
