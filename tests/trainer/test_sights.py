"""Base models that look at pictures: read out of torch's files whole or not at all, and held against its layers."""

from __future__ import annotations

import base64
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.trainer.photos import png
from tests.trainer.sights import SMALL, small_base
from trainer.failures import TrainingError
from trainer.importing import import_base, pictures
from trainer.importing.published import EFFICIENTNET_LITE0, MOBILENET_V2, Published
from trainer.predict import Predictor, answer
from trainer.sight.known import known_in
from trainer.sight.network import Base
from trainer.sight.work import work_of


def tiny(network: Published) -> Published:
    """The same with fewer and narrower blocks, named as in the real one."""
    stages = tuple(stage._replace(width=8, blocks=min(2, stage.blocks)) for stage in network.sight.stages[:3])
    blocks = sum(stage.blocks for stage in stages)
    ends = (*network.ends[:2], *(name.replace("18", str(blocks + 1)) for name in network.ends[2:]))
    return replace(network, sight=replace(network.sight, stages=stages, stem=4, last=12, classes=3), ends=ends)


def published(network: Published, path: Path) -> dict[str, Tensor]:
    """A file as the network's authors would have written it, with normalizations that do something."""
    torch.manual_seed(3)
    found: dict[str, Tensor] = {}
    base = Base(network.sight).state_dict()
    for here, convolution, norm in network.places():
        weight = torch.randn(base[f"{here}.weight"].shape) / 3
        count = len(weight)
        found |= {f"{convolution}.weight": weight, f"{norm}.weight": torch.rand(count) + 0.5}
        found |= {f"{norm}.bias": torch.randn(count) / 4, f"{norm}.running_mean": torch.randn(count) / 4}
        found |= {f"{norm}.running_var": torch.rand(count) + 0.2, f"{norm}.num_batches_tracked": torch.tensor(1)}
    found[f"{network.classes}.weight"] = torch.randn(network.sight.classes, network.sight.last)
    found[f"{network.classes}.bias"] = torch.randn(network.sight.classes)
    torch.save(found, path)
    return found


def by_layers(found: dict[str, Tensor], network: Published, x: Tensor) -> Tensor:
    """The features by torch's own convolutions and normalizations, one after the other."""
    names = {place.here: place for place in network.places()}

    def step(here: str, x: Tensor, stride: int = 1) -> Tensor:
        weight, norm = found[f"{names[here].convolution}.weight"], names[here].normalization
        kernel, groups = weight.shape[-1], x.shape[1] // weight.shape[1]
        if network.sight.even or stride == 1:
            x = functional.pad(x, (kernel // 2,) * 4)
        else:  # of even sides, which these are
            x = functional.pad(x, ((kernel - 2) // 2, (kernel - 1) // 2) * 2)
        layer = nn.BatchNorm2d(len(weight), eps=network.little).eval()
        layer.load_state_dict({name: found[f"{norm}.{name}"] for name in layer.state_dict()})
        return layer(functional.conv2d(x, weight, stride=stride, groups=groups))  # type: ignore[no-any-return]

    mean, deviation = (torch.tensor(one)[:, None, None] for one in (network.sight.mean, network.sight.deviation))
    x, number = functional.relu6(step("stem", (x - mean) / deviation, 2)), 0
    for stage in network.sight.stages:
        for place in range(stage.blocks):
            wide = functional.relu6(step(f"blocks.{number}.grow", x)) if stage.grow > 1 else x
            stride = 1 if place else stage.stride
            seen = step(f"blocks.{number}.shrink", functional.relu6(step(f"blocks.{number}.see", wide, stride)))
            x, number = x + seen if seen.shape == x.shape else seen, number + 1
    return functional.relu6(step("last", x)).mean((2, 3))


@pytest.mark.parametrize("network", [MOBILENET_V2, EFFICIENTNET_LITE0], ids=lambda one: str(one.name))
def test_a_file_becomes_the_network_that_it_was(
    network: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tiny(network)
    monkeypatch.setattr(pictures, "PUBLISHED", (small,))
    found = published(small, tmp_path / "weights.pth")
    assert import_base(tmp_path / "weights.pth", tmp_path / "base") == {"task": "vision"}
    base = known_in(tmp_path / "base").opened().eval()
    seen = torch.rand(2, 3, 32, 48)
    with torch.no_grad():
        torch.testing.assert_close(base(seen), by_layers(found, small, seen), atol=1e-4, rtol=1e-4)


def spoilt(found: dict[str, Any], how: str) -> None:
    names = {"lacking": "features.0.1.bias", "shape": "features.0.0.weight", "infinite": "features.0.1.running_mean"}
    put: dict[str, Any] = {
        "too many": ("features.99.bias", torch.zeros(1)), "shape": (names["shape"], torch.zeros(4, 3, 5, 5)),
        "things": (names["lacking"], [1.0]), "elsewhere": (names["lacking"], torch.zeros(4, device="meta")),
        "spread": (names["lacking"], torch.zeros(1).expand(2**40)), "unknown": ("weight", torch.zeros(1)),
    }  # fmt: skip
    if how == "unknown":
        found.clear()
    if how == "lacking":
        del found[names[how]]
    elif how == "infinite":
        found[names[how]][0] = float("inf")
    else:
        found.update([put[how]])


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("lacking", "features.0.1.bias is missing"),
        ("too many", "features.99.bias is too many"),
        ("shape", "stem.weight has the shape"),
        ("infinite", "stem.bias is not of finite numbers"),
        ("things", "holds other things than tensors"),
        ("elsewhere", "not written out"),
        ("spread", "not written out"),
        ("unknown", "belong to no network that is known here"),
    ],
)
def test_half_a_file_is_refused_in_a_sentence(
    how: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tiny(MOBILENET_V2)
    monkeypatch.setattr(pictures, "PUBLISHED", (small,))
    found = published(small, tmp_path / "weights.pth")
    spoilt(found, how)
    torch.save(found, tmp_path / "weights.pth")
    with pytest.raises(TrainingError, match="cannot be read") as refused:
        import_base(tmp_path / "weights.pth", tmp_path / "base")
    assert sentence in str(refused.value)
    assert not (tmp_path / "base").exists()


class Program:
    """What runs where a file is read as Python reads it."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("ran"),)


@pytest.mark.parametrize("kind", ["pickle", "torch", "none"])
def test_nothing_in_a_file_is_run(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "weights.pth"
    if kind == "torch":
        torch.save({"features.0.0.weight": Program()}, path)
    else:
        path.write_bytes(pickle.dumps(Program()) if kind == "pickle" else b"no weights")
    with pytest.raises(TrainingError, match="cannot be read"):
        import_base(path, tmp_path / "base")
    assert not Path("ran").exists()


def pictures_of(*brightness: int) -> list[dict[str, str]]:
    cells = [png(np.full((20, 30, 3), (value, value // 2, 90))) for value in brightness]
    return [{"image": base64.b64encode(cell).decode()} for cell in cells]


def test_a_base_tells_how_much_alike_pictures_are(tmp_path: Path) -> None:
    predictor = Predictor(small_base(tmp_path))
    first, second, third = (one["likeness"] for one in predictor.predict(pictures_of(10, 12, 250)))
    assert first[0] == pytest.approx(1.0)
    assert first[1] > first[2]
    assert (first[1], first[2], second[2]) == pytest.approx((second[0], third[0], third[1]))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (pictures_of(1), "Between %(least)s and %(most)s pictures"),
        (pictures_of(*range(21)), "Between %(least)s and %(most)s pictures"),
        ([*pictures_of(1), {"image": "no picture"}], "The picture cannot be read"),
        ([*pictures_of(1), {"text": "a"}], "A picture is given as"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    rows: list[dict[str, Any]], sentence: str, tmp_path: Path
) -> None:
    said = answer(Predictor(small_base(tmp_path)), json.dumps({"rows": rows}))
    assert sentence in said["error"]["text"]


@pytest.mark.parametrize("sight", [None, {}, {"stem": 4}, SMALL.told() | {"stem": 10**6}, SMALL.told() | {"mean": [1]}])
def test_a_description_of_nothing_that_sees_is_refused(sight: Any, tmp_path: Path) -> None:
    small_base(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["A"], "kind": "vision", "sight": sight}))
    with pytest.raises(TrainingError, match="cannot be read"):
        Predictor(tmp_path)


def test_work_is_counted_as_the_network_does_it() -> None:
    base, counted = Base(SMALL), 0

    def count(part: Any, _inputs: Any, outputs: Tensor) -> None:
        nonlocal counted
        counted += part.weight.numel() * outputs.shape[2] * outputs.shape[3]

    for part in base.modules():
        if hasattr(part, "scale"):
            part.register_forward_hook(count)
    base(torch.zeros(1, 3, 40, 40))
    assert sum(weights * places for weights, _channels, places, _given in work_of(SMALL, 40)) == counted
