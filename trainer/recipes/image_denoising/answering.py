"""A published model takes the noise out of a picture."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from trainer.asking import number_in, picture_in
from trainer.data.pixels import Size, as_png, planes_of
from trainer.recipes.image_denoising.network import DnCNN, restored
from trainer.seeding import torch_generator
from trainer.serving import Row, weights_in

WORK = 60_000_000_000  # multiplications of an answer: a larger picture is made smaller
LEAST, MOST = 128, 2048  # pixels a side of what is answered at full size in any case, and at most
LOUDEST = 100.0
BYTE = 255.0

SNIPPET = """\
import json, numpy, torch
from PIL import Image
from safetensors.torch import load_file
weights, config = load_file("model.safetensors"), json.load(open("config.json"))
picture = Image.open("noisy.png").convert("L" if config["channels"] == 1 else "RGB")  # your picture here
x = torch.tensor(numpy.array(picture)).reshape(picture.height, picture.width, -1).permute(2, 0, 1)[None] / 255
noise = x
for n in range(config["depth"]):
    layer = weights[f"layers.{n}.weight"], weights[f"layers.{n}.bias"]
    noise = torch.conv2d(noise.relu() if n else noise, *layer, padding=1)
clean = ((x - noise).clamp(0, 1)[0] * 255).round().byte().permute(1, 2, 0).squeeze(-1)
Image.fromarray(clean.numpy()).save("clean.png")
"""


class Restorer:
    """`{"image"}` in, the same without noise out; `noise` adds some first, to try the model on a clean picture."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._channels = int(config["channels"])
        self._module = DnCNN(self._channels, int(config["depth"]), int(config["width"])).eval()
        self._module.load_state_dict(weights_in(folder))
        self._weights = sum(weight.numel() for weight in self._module.parameters())

    def predict(self, rows: list[Row]) -> list[Row]:
        return [self._answer(row) for row in rows]

    def _answer(self, row: Row) -> Row:
        added, sizes = number_in(row, "noise", 0.0, 0.0, LOUDEST), list[Size]()

        def fitted(size: Size) -> Size:
            sizes.extend([size, self._fitted(size)])
            return sizes[-1]

        planes = torch.tensor(picture_in(row, lambda content: planes_of(content, self._channels, fitted)))
        noisy = planes.float() / BYTE
        if added:
            noisy += added / BYTE * torch.randn(noisy.shape, generator=torch_generator(0, "noise"))
        before = {"before": _png(noisy)} if added or sizes[0] != sizes[1] else {}
        return {"image": _png(restored(self._module, noisy)), **before}

    def _fitted(self, size: Size) -> Size:
        """Smaller where the picture would take too long."""
        most = max(LEAST**2, WORK // self._weights)
        share = min(1.0, (most / (size[0] * size[1])) ** 0.5, MOST / max(size))
        return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _png(planes: Tensor) -> str:
    channels, height, width = planes.shape
    return b64encode(as_png(planes.numpy(), (channels, height, width), MOST)).decode()
