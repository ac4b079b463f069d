"""Kinds of pictures told by a base model that sees: its features of a picture, and one new layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.data.feed import Feed, Inputs, Resident
from trainer.data.pictures import Shape
from trainer.reasons import of_pictures
from trainer.recipes.image_classification.asking import encoded
from trainer.recipes.image_classification.schema import Parameters
from trainer.serving import Row, answers, weights_in
from trainer.sight.known import Known
from trainer.sight.learning import SightNetwork
from trainer.sight.network import Base
from trainer.sight.shape import COLOURS, Sight, sight_of
from trainer.sight.work import effort_of, work_of

LEAST = 64  # pixels a side; of a smaller picture, enlarged to this, hardly a place is left where the layers end
AT_ONCE = 32  # pictures whose features are computed together

SNIPPET = """\
import sys
sys.path.insert(0, "reproduce/trainer.zip")  # the network is written there, in trainer/sight
import base64
from trainer.predict import Predictor
picture = base64.b64encode(open("picture.jpg", "rb").read()).decode()  # your picture here
print(Predictor(".").predict([{"image": picture}])[0]["probabilities"])
"""


@dataclass(frozen=True)
class Begun:
    """A base model that was chosen, and the features of all pictures, once they are known."""

    known: Known
    features: dict[str, Tensor] = field(default_factory=dict)


class Telling(nn.Module):
    """Features in, a number for each kind out."""

    def __init__(self, base: Base, sight: Sight, kinds: int, dropout: float) -> None:
        super().__init__()
        self.base, self.dropout, self.told = base, nn.Dropout(dropout), nn.Linear(sight.last, kinds)

    def forward(self, features: Tensor) -> Tensor:
        found: Tensor = self.told(self.dropout(features))
        return found


@dataclass(frozen=True)
class Looking:
    """Rows of pixels as pictures, or what the base model made of them before, which has codes beside it."""

    shape: Shape

    def __call__(self, module: nn.Module, inputs: Inputs) -> Tensor:
        assert isinstance(module, Telling)  # noqa: S101 - tells the type checker
        found: Tensor = module(self.features(module, inputs[0]) if inputs[1] is None else inputs[0])
        return found

    def features(self, module: Telling, pixels: Tensor) -> Tensor:
        """Of pictures of one colour all three are the same."""
        pictures = pixels.view(-1, *self.shape).expand(-1, COLOURS, -1, -1)
        if self.shape[1] < LEAST:
            pictures = F.interpolate(pictures, (LEAST, LEAST), mode="bilinear")
        found: Tensor = module.base(pictures)
        return found


class TellingNetwork(SightNetwork):
    """Where the base model stays as it is, what it makes of each picture is computed once."""

    def __init__(self, begun: Begun, shape: Shape, kinds: int, p: Parameters, device: torch.device) -> None:
        sight, self._looking, self._known = begun.known.sight, Looking(shape), begun.features
        self._stays = p.base_pace == 0
        module = Telling(begun.known.opened(pace=p.base_pace), sight, kinds, p.dropout)
        work = effort_of(work_of(sight, max(LEAST, shape[1])))
        super().__init__(
            module, self._looking, sight, device=device, described={"network": "base"}, work=work, initialise=initialise
        )

    @torch.no_grad()
    def prepared(self, feed: Feed) -> Feed:
        if not self._stays or not isinstance(feed, Resident):
            return feed
        rows, place = len(feed.inputs[0]), str(feed.device)
        if place not in self._known:
            module = self.module.eval()
            assert isinstance(module, Telling)  # noqa: S101 - tells the type checker
            parts = torch.split(torch.arange(rows, device=feed.device), AT_ONCE)
            self._known[place] = torch.cat([self._looking.features(module, feed.take(own)[0]) for own in parts])
        return Resident((self._known[place], torch.zeros(rows, 0, device=feed.device)))


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """The new layer as Glorot and Bengio (2010) have it, its biases at zero."""
    told = module.told
    assert isinstance(told, nn.Linear)  # noqa: S101 - tells the type checker
    bound = math.sqrt(6.0 / sum(told.weight.shape))
    told.weight.copy_(torch.empty(told.weight.shape).uniform_(-bound, bound, generator=generator))
    told.bias.zero_()


class Teller:
    """A published model that went on from a base model: `{"image"}` or `{"pixels"}` in, kinds out."""

    def __init__(self, folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> None:
        sight = sight_of(config)
        self._config, self._preprocessing = config, preprocessing
        channels, height, width = preprocessing["shape"]
        self._looking = Looking((channels, height, width))
        self._module = Telling(Base(sight), sight, len(config["labels"]), 0.0).eval()
        self._module.load_state_dict(weights_in(folder))

    def predict(self, rows: list[Row]) -> list[Row]:
        return answers(self._config, torch.cat([self._outputs(encoded(self._preprocessing, [row])) for row in rows]))

    def explain(self, rows: list[Row]) -> list[Any]:
        """Where it looks in each picture."""
        shape = self._preprocessing["shape"]
        return [of_pictures(self._outputs, encoded(self._preprocessing, [row])[0], shape)[0] for row in rows]

    def _outputs(self, inputs: Inputs) -> Tensor:
        return self._looking(self._module, inputs)
