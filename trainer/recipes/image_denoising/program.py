"""Clean pictures, to which noise is added, and the network that takes it away again."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from trainer.contract import JobSpec
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Resident
from trainer.data.gallery import Gallery, read_gallery
from trainer.data.pictures import required_field
from trainer.data.pixels import as_png
from trainer.data.reading import Party, read_parties
from trainer.data.spill import spill_for
from trainer.data.target import Target
from trainer.evaluation.seen import Seen
from trainer.module import ModuleNetwork
from trainer.objectives import Objective
from trainer.recipes.image_denoising.answering import SNIPPET, Restorer
from trainer.recipes.image_denoising.network import DnCNN, initialise, restored
from trainer.recipes.image_denoising.noising import BYTE, ByNoise, Noising
from trainer.recipes.image_denoising.schema import Parameters
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.serving import Served

UNPACKED = 3  # bytes of pixels for each byte of a picture file, about
SHOWN, THUMBNAIL = 6, 160  # pictures, and pixels a side of what is shown of each


@dataclass(frozen=True)
class PictureSource:
    """Every picture; nothing is learnt beforehand."""

    parties: list[Party]
    owner: Ints
    file_rows: Ints  # which of the files these are
    target: Target
    gallery: Gallery
    field: str
    parameters: Parameters
    seed: int

    def prepare(self, rows: Ints) -> PicturePreparation:
        return PicturePreparation(self)

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        return ByNoise(self.parameters.noise / BYTE)


@dataclass(frozen=True)
class PicturePreparation(Preparation):
    """The network is fed with the numbers of pictures; patches and noise are made at each step."""

    source: PictureSource

    def feed(self, device: torch.device) -> Feed:
        return Resident((torch.from_numpy(self.source.gallery.first_alike).to(device)[:, None], None))

    def network(self, outputs: int, device: torch.device) -> ModuleNetwork:
        p, channels = self.source.parameters, self.source.gallery.channels
        described = {"network": "dncnn", "channels": channels, "depth": p.depth, "width": p.width, "noise": p.noise}
        return ModuleNetwork(
            DnCNN(channels, p.depth, p.width), self._noising(device), device=device, described=described,
            tokens=p.patches * p.patch**2, initialise=initialise,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        fields = [{"name": self.source.field, "kind": "image"}]
        return {"kind": "restore", "fields": fields, "channels": self.source.gallery.channels}

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET

    def drawn(self, seen: Seen, rows: Ints) -> dict[str, Any]:
        """The middle of some held-out pictures: with noise, restored, and as they were."""
        network, noising = cast("ModuleNetwork", seen.learner.network), self._noising(seen.feed.device)
        network.module.eval()
        found = []
        for row in rows[:SHOWN].tolist():
            clean = noising.clean(row)
            noisy = noising.noisy(row, clean)
            with torch.no_grad():
                three = {"noisy": noisy, "restored": restored(network.module, noisy), "clean": clean}
            party = self.source.parties[int(self.source.owner[row])].slug
            found.append({"organization": party} | {name: _thumbnail(one) for name, one in three.items()})
        return {"restored": found}

    def _noising(self, device: torch.device) -> Noising:
        return Noising(self.source.gallery, self.source.parameters, self.source.seed, device)


def _thumbnail(planes: Tensor) -> str:
    top, left = (max(0, side - THUMBNAIL) // 2 for side in planes.shape[1:])
    part = planes[:, top : top + THUMBNAIL, left : left + THUMBNAIL]
    channels, height, width = part.shape
    return b64encode(as_png(part.cpu().numpy(), (channels, height, width), THUMBNAIL)).decode()


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> PictureSource:
    """The pictures at their own size."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: UNPACKED * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    field = required_field(spec, parties)
    gallery, rows = read_gallery(parties, field, 1 if p.colour == "grey" else 3, tell, spill=spill)
    owner = np.repeat(np.arange(len(parties)), [party.rows for party in parties])[rows]
    target = Target("restoration", [], gallery.sizes.prod(1).astype(np.float64))  # what is learnt: so many pixels each
    return PictureSource(parties, owner, rows, target, gallery, field, p, spec.seed)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A noisy picture, as “image”."""
    return Restorer(folder, config)
