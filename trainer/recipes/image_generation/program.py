"""Pictures to be drawn anew, with the kind of each where the target tells it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from trainer.contract import N_, JobSpec
from trainer.data import pictures
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Resident, spilled
from trainer.data.pictures import Shape
from trainer.data.pixels import as_png
from trainer.data.reading import Party, read_parties
from trainer.data.rows import labelled
from trainer.data.spill import Room, spill_for
from trainer.data.target import Target, target_of
from trainer.evaluation.seen import Seen
from trainer.failures import TrainingError
from trainer.objectives import Objective
from trainer.plan import plan
from trainer.recipes.image_generation.answering import SNIPPET, Artist
from trainer.recipes.image_generation.judging import Experts, experts_for
from trainer.recipes.image_generation.making import ByJudge, Drawing, PairNetwork
from trainer.recipes.image_generation.network import Pair, levels_of
from trainer.recipes.image_generation.schema import Parameters
from trainer.recipes.image_generation.settling import initialise
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Source, Tell
from trainer.serving import Served

SHOWN, LARGEST = 16, 128  # drawn pictures, and pixels a side of each
BYTES_PER_PIXEL = 8
PLACES = 50  # at which the weights of a small pair are used, about


@dataclass(frozen=True)
class DrawnSource:
    """Every picture, and its kind where the target tells it."""

    parties: list[Party]
    owner: Ints
    file_rows: Ints  # which of the files these are
    target: Target
    values: torch.Tensor  # rows × (channels × height × width), between 0 and 1
    shape: Shape
    field: str
    parameters: Parameters
    spec: JobSpec
    in_file: bool = False

    def prepare(self, rows: Ints) -> DrawnPreparation:
        return DrawnPreparation(self, rows)

    @property
    def kinds(self) -> int:
        """That are drawn apart."""
        return len(self.target.labels) if self.parameters.by_class else 0

    @cached_property
    def experts(self) -> Experts:
        """Taught by what the models together learn from: what all models of a job draw for a row is seen alike."""
        fits = plan(cast("Source", self), self.spec, self.parameters)
        parts = [(fit.train, fit.test) for fit in fits if fit.series == "together" and len(fit.test)]
        return experts_for(self.values, self.shape, self.target, parts, self.spec.seed)

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        codes = torch.from_numpy(self.target.values.astype(np.int64)).to(device) if self.kinds else None
        return ByJudge(self.drawing, codes, rows, self.parameters, self.spec.seed)

    @property
    def drawing(self) -> Drawing:
        return Drawing(self.shape, self.kinds, self.experts)


@dataclass(frozen=True)
class DrawnPreparation(Preparation):
    """The rows are kept for how often each kind is drawn."""

    source: DrawnSource
    rows: Ints

    def feed(self, device: torch.device) -> Feed:
        codes = self.source.target.values.astype(np.int64)[:, None] if self.source.kinds else None
        if self.source.in_file:
            return spilled(self.source.values.numpy(), codes, device)
        return Resident((self.source.values.to(device), None if codes is None else torch.from_numpy(codes).to(device)))

    def network(self, outputs: int, device: torch.device) -> PairNetwork:
        source, p = self.source, self.source.parameters
        described = {"network": "dcgan", "shape": list(source.shape), "latent": p.latent, "width": p.width}
        network = PairNetwork(
            Pair(source.shape, p.latent, p.width, source.kinds), source.drawing, device=device, tokens=PLACES,
            described=described | {"kinds": source.kinds}, initialise=initialise,
        )  # fmt: skip
        network.codes = source.target.values.astype(np.int64)[self.rows] if source.kinds else self.rows[:0]
        return network

    def to_json(self) -> dict[str, Any]:
        fields = [{"name": self.source.field, "kind": "image"}]
        labels = self.source.target.labels if self.source.kinds else []
        return {"kind": "create", "fields": fields, "shape": list(self.source.shape), "labels": labels}

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET

    def drawn(self, seen: Seen, rows: Ints) -> dict[str, Any]:
        """Pictures that the model drew; only where some may be looked at, for it may draw what it learnt from."""
        objective = cast("ByJudge", seen.learner.objective)
        objective.look(seen.learner.network)
        asked = seen.rows[np.linspace(0, len(seen.rows) - 1, min(SHOWN, len(seen.rows))).astype(np.int64)]
        with torch.no_grad():
            found = objective.drawn(torch.from_numpy(asked).to(seen.feed.device)).cpu().numpy()
        return {"created": [b64encode(as_png(one, self.source.shape, LARGEST)).decode() for one in found]}


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> DrawnSource:
    """Squares out of picture files, or out of a field for each pixel."""
    p = cast("Parameters", parameters)
    channels = 1 if p.colour == "grey" else 3
    spill = spill_for(spec, lambda stored: stored.size + BYTES_PER_PIXEL * stored.rows * channels * p.side**2, tell)
    room: Room = np.empty if spill is None else spill.room
    parties = read_parties(spec, lazily=spill is not None)
    alone = pictures.holds_files(parties[0].tables[0], spec.target)  # the pictures are all there is to learn
    field = spec.target if alone else pictures.picture_field(spec, parties[0].tables[0])
    if field:
        values, shape = pictures.from_files(parties, field, p.side, channels, tell, room), (channels, p.side, p.side)
    else:
        values, shape = pictures.from_columns(spec, parties, tell, room)
    owner = np.repeat(np.arange(len(parties)), [party.rows for party in parties])
    rows, target = np.arange(len(values)), Target("generation", [], np.zeros(len(values), np.int64))
    if not alone:
        known = labelled(parties, spec.target, tell)
        values = pictures.taken(values, known.rows, room) if len(known.rows) < len(values) else values
        kinds = target_of(known.column, "classification", None)
        owner, rows, target = known.owner, known.rows, Target("generation", kinds.labels, kinds.values)
    _check(shape)
    divide = pictures.BYTE if field else pictures.largest(values, owner, parties, tell)
    held = torch.from_numpy(values).div_(divide).clamp_(0.0, 1.0)
    return DrawnSource(parties, owner, rows, target, held, shape, field or "pixels", p, spec, spill is not None)


def _check(shape: Shape) -> None:
    if not levels_of(shape[1]) or shape[1] // 2 ** levels_of(shape[1]) > shape[1] // 4:
        raise TrainingError(
            "data",
            N_("Pictures of %(side)s pixels a side cannot be drawn: the side must be a multiple of 4, from 16 on."),
            N_("Use picture files, which are brought to the chosen side."),
            side=shape[1],
        )


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Asked for a number of pictures."""
    return Artist(folder, config, preprocessing)
