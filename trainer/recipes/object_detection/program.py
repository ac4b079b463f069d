"""Pictures in which people drew boxes, and the network that finds what is in the boxes."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from trainer.contract import JobSpec
from trainer.data.columns import Floats, Ints
from trainer.data.feed import Feed, Resident
from trainer.data.gallery import Gallery, at_most, read_gallery
from trainer.data.pictures import required_field
from trainer.data.pixels import as_png
from trainer.data.reading import Party, read_parties
from trainer.data.rows import labelled
from trainer.data.spill import spill_for
from trainer.data.target import Target
from trainer.evaluation.seen import Seen
from trainer.measures.detection import SHOWN
from trainer.module import ModuleNetwork
from trainer.objectives import Objective
from trainer.recipes.object_detection.answering import SNIPPET, Finder, told_boxes
from trainer.recipes.object_detection.based import network_on
from trainer.recipes.object_detection.boxes import kinds_in, packed, told_in
from trainer.recipes.object_detection.network import STRIDE, Detector, convolutions, initialise
from trainer.recipes.object_detection.schema import Parameters
from trainer.recipes.object_detection.seeing import ByRow, Seeing
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served
from trainer.sight.known import Known, known_in

UNPACKED = 6  # bytes of pixels for each byte of a picture file, about
PICTURES, THUMBNAIL = 6, 320  # that are shown, and pixels a side of each


@dataclass(frozen=True)
class BoxSource:
    """Every picture with its boxes; nothing is learnt beforehand."""

    parties: list[Party]
    owner: Ints
    file_rows: Ints  # which of the files these are
    target: Target
    gallery: Gallery
    field: str
    parameters: Parameters
    known: Known | None = None  # a base model to go on from

    def prepare(self, rows: Ints) -> BoxPreparation:
        return BoxPreparation(self)

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        return ByRow()


@dataclass(frozen=True)
class BoxPreparation(Preparation):
    """The network is fed with the numbers of pictures; crops are made at each step."""

    source: BoxSource

    def feed(self, device: torch.device) -> Feed:
        return Resident((torch.from_numpy(self.source.gallery.first_alike).to(device)[:, None], None))

    def network(self, outputs: int, device: torch.device) -> ModuleNetwork:
        p, kinds = self.source.parameters, len(self.source.target.labels)
        seeing = Seeing(self.source.gallery, cast("Floats", self.source.target.values), kinds, p, device)
        described = {"network": "centers", "width": p.width, "blocks": p.blocks, "side": p.side, "most": p.most}
        if self.source.known is not None:
            return network_on(self.source.known, p, kinds, seeing, described, device)
        module = Detector(kinds, p.width, p.blocks)
        weights = sum(weight.numel() for weight in module.parameters() if weight.dim() > 1)
        work = sum(count * places for count, places in convolutions(module, p.crop))
        return ModuleNetwork(
            module, seeing, device=device, described=described, tokens=max(1, work // weights), initialise=initialise
        )

    def to_json(self) -> dict[str, Any]:
        fields = [{"name": self.source.field, "kind": "image"}]
        return {"kind": "boxes", "fields": fields, "side": self.source.parameters.side, "stride": STRIDE}

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET

    def drawn(self, seen: Seen, rows: Ints) -> dict[str, Any]:
        """Some held-out pictures with the boxes that the model draws and those that people drew."""
        outputs = seen.learner.outputs(torch.from_numpy(rows[:PICTURES]).to(seen.feed.device)).cpu()
        source, labels, found = self.source, self.source.target.labels, []
        for row, told in zip(rows[:PICTURES].tolist(), outputs, strict=True):
            height, width = source.gallery.sizes[row].tolist()
            truth = torch.from_numpy(source.target.values[row])
            scored = torch.cat([truth[:, :1], torch.ones(len(truth), 1), truth[:, 1:]], 1)
            found.append({
                "organization": source.parties[int(source.owner[row])].slug,
                "picture": _thumbnail(source.gallery, row),
                "boxes": told_boxes(told[:-1].view(-1, 6), labels, height, width, SHOWN),
                "truth": told_boxes(scored, labels, height, width, SHOWN),
            })  # fmt: skip
        return {"detections": found}


def _thumbnail(gallery: Gallery, row: int) -> str:
    planes = gallery.planes(row)
    step = -(-max(planes.shape[1:]) // THUMBNAIL)
    small = planes[:, ::step, ::step].astype(np.float32) / np.float32(255)
    channels, height, width = small.shape
    return b64encode(as_png(small, (channels, height, width), THUMBNAIL)).decode()


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> BoxSource:
    """The pictures with boxes, or with the word that nothing is in them."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: UNPACKED * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    field = required_field(spec, parties)
    marked = labelled(parties, spec.target, tell)
    wanted = np.zeros(sum(party.rows for party in parties), bool)
    wanted[marked.rows] = True
    gallery, rows = read_gallery(parties, field, 3, tell, spill=spill, fitted=at_most(p.side), known=wanted)
    told = told_in(marked.column, marked.rows)
    told = [told[place] for place in np.searchsorted(marked.rows, rows).tolist()]
    kinds = kinds_in(told)
    target = Target("detection", kinds, packed(told, kinds, gallery.sizes, gallery.originals))
    owner = np.repeat(np.arange(len(parties)), [party.rows for party in parties])[rows]
    known = known_in(Path(spec.base.path)) if spec.base else None
    return BoxSource(parties, owner, rows, target, gallery, field, p, known)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A picture, as “image”."""
    return Finder(folder, config)
