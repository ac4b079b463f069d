"""A published model draws boxes into a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.asking import number_in, picture_in
from trainer.data.gallery import at_most
from trainer.data.pixels import planes_of
from trainer.evaluation.heat import scaled
from trainer.measures.detection import SHOWN
from trainer.recipes.object_detection.based import Based
from trainer.recipes.object_detection.network import Detector, decoded, whole
from trainer.serving import Row, weights_in
from trainer.sight.network import Base
from trainer.sight.shape import sight_of

BYTE = 255.0
HEAT = 64  # places a side of what is told of where the model looks, at most

SNIPPET = """\
import json, sys
sys.path.insert(0, "reproduce/trainer.zip")  # the network is written there, in trainer/recipes/object_detection
import base64
from trainer.predict import Predictor
picture = base64.b64encode(open("picture.jpg", "rb").read()).decode()  # your picture here
for box in Predictor(".").predict([{"image": picture}])[0]["boxes"]:
    print(box["label"], round(box["score"], 2), box["box"])  # left, top, width, height as shares of the picture
"""


def told_boxes(found: Tensor, labels: list[str], height: int, width: int, least: float) -> list[Row]:
    """Boxes (kind, score, left, top, right, bottom in pixels) in words, and in shares of the picture."""
    told = []
    for kind, score, left, top, right, bottom in found.double().tolist():
        if score >= least:
            x, y = min(left, width) / width, min(top, height) / height
            box = [x, y, min(right, width) / width - x, min(bottom, height) / height - y]
            told.append({"label": labels[int(kind)], "score": score, "box": [max(0.0, round(one, 5)) for one in box]})
    return told


def network_in(config: dict[str, Any]) -> nn.Module:
    """As `config.json` describes it, without weights."""
    kinds, width = len(config["labels"]), int(config["width"])
    if "sight" not in config:
        return Detector(kinds, width, int(config["blocks"]))
    sight = sight_of(config)
    return Based(kinds, width, Base(sight, ends=False), sight)


class Finder:
    """`{"image"}` in, `{"boxes"}` out; `threshold` is the least score of a box."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._labels: list[str] = config["labels"]
        self._side, self._most = int(config["side"]), int(config["most"])
        self._module = network_in(config).eval()
        self._module.load_state_dict(weights_in(folder))

    def predict(self, rows: list[Row]) -> list[Row]:
        return [self._answer(row) for row in rows]

    def explain(self, rows: list[Row]) -> list[Any]:
        """How high the maps of middles are at every place, the highest of all kinds."""
        return [{"heat": scaled(self._heat(self._maps(row)))} for row in rows]

    def _answer(self, row: Row) -> Row:
        least = number_in(row, "threshold", SHOWN, 0.01, 1.0)
        picture = self._picture(row)
        found = decoded(whole(self._module, picture), self._most)
        height, width = picture.shape[1:]
        return {"boxes": told_boxes(found, self._labels, height, width, least)}

    def _maps(self, row: Row) -> Tensor:
        return whole(self._module, self._picture(row))

    def _heat(self, maps: Tensor) -> Tensor:
        heat = maps[:-4].sigmoid().amax(0)
        step = -(-max(heat.shape) // HEAT)
        return F.max_pool2d(heat[None], step, ceil_mode=True)[0]

    def _picture(self, row: Row) -> Tensor:
        planes = picture_in(row, lambda content: planes_of(content, 3, at_most(self._side)))
        return torch.tensor(planes).float() / BYTE
