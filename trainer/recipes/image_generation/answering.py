"""A published model draws pictures."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import torch

from trainer.asking import number_in
from trainer.contract import N_
from trainer.data.pixels import as_png
from trainer.recipes.image_generation.network import Drawer
from trainer.recipes.image_generation.settling import one_hot
from trainer.seeding import torch_generator
from trainer.serving import Row, refusal, weights_in

MOST, USUAL, SEEDS = 64, 16, 2**31
SHOWN = 512  # pixels a side, at most

SNIPPET = """\
import base64, sys
sys.path.insert(0, "reproduce/trainer.zip")  # the network is written there, in trainer/recipes/image_generation
from trainer.predict import Predictor
for place, picture in enumerate(Predictor(".").predict([{"count": 16, "seed": 1}])[0]["images"]):
    open(f"drawn-{place}.png", "wb").write(base64.b64decode(picture))
"""


class Artist:
    """`{"count", "seed"}` in, `{"images", "seed"}` out; `label` asks for one kind, where the model knows kinds."""

    def __init__(self, folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> None:
        channels, height, width = config["shape"]
        self._shape, self._labels = (channels, height, width), list[str](preprocessing["labels"])
        kinds = int(config["kinds"])
        self._drawer = Drawer(self._shape, int(config["latent"]), int(config["width"]), kinds).eval()
        missing = self._drawer.load_state_dict(weights_in(folder), strict=False).missing_keys
        assert all(name.endswith("num_batches_tracked") for name in missing)  # noqa: S101 - of these nothing depends

    def predict(self, rows: list[Row]) -> list[Row]:
        return [self._answer(row) for row in rows]

    def _answer(self, row: Row) -> Row:
        count = int(number_in(row, "count", USUAL, 1, MOST))
        usual = int(torch.randint(SEEDS, (), generator=None)) if row.get("seed") is None else 0
        asked = {name: value for name, value in row.items() if value is not None}
        seed = int(number_in(asked, "seed", usual, 0, SEEDS - 1))
        generator = torch_generator(seed, "drawn")
        numbers = torch.randn(count, self._drawer.latent, generator=generator)
        kind = self._kinds(asked, count, generator)
        drawn = (self._drawer(numbers, kind).flatten(1) + 1) / 2
        return {"images": [b64encode(as_png(one, self._shape, SHOWN)).decode() for one in drawn.numpy()], "seed": seed}

    def _kinds(self, row: Row, count: int, generator: torch.Generator) -> torch.Tensor:
        """The kind that is asked for, else any."""
        labels = self._labels
        if not labels or "label" not in row:
            drawn = torch.randint(max(1, len(labels)), (count,), generator=generator)
            return one_hot(drawn, count, len(labels), drawn.device)
        if row["label"] not in labels:
            raise refusal(N_("The model cannot draw “%(label)s”; it knows: %(known)s."),
                          label=str(row["label"])[:100], known=", ".join(labels[:50]))  # fmt: skip
        codes = torch.full((count,), labels.index(row["label"]))
        return one_hot(codes, count, len(labels), codes.device)
