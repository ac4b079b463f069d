"""Networks that see, out of files of torch's: read as tensors and nothing else, and written in one form.

The names in such files are those of the programs that were published with them. A file is taken only if it has exactly
the tensors of a network that is known here, each of the shape that belongs there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from trainer.importing.published import PUBLISHED, Published
from trainer.sight.network import Base
from trainer.sight.shape import KIND, Sight, unreadable


def import_base(source: Path, folder: Path) -> dict[str, str]:
    """Write the network in that file as `config.json` and `model.safetensors`; TrainingError where it is not known."""
    found = tensors_in(source)
    network = next((one for one in PUBLISHED if f"{one.ends[0]}.weight" in found), None)
    if network is None:
        raise unreadable("the names of its tensors belong to no network that is known here")
    weights = converted(found, network)
    folder.mkdir(parents=True, exist_ok=True)
    write_base(folder, network.name, network.sight, weights)
    return {"task": KIND}


def write_base(folder: Path, name: str, sight: Sight, weights: Mapping[str, Tensor]) -> None:
    """The form in which a base model that sees lies in the registry."""
    config = {"architectures": [name], "kind": KIND, "sight": sight.told()}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    save_file({key: weights[key].contiguous() for key in sorted(weights)}, folder / "model.safetensors")


def tensors_in(source: Path) -> dict[str, Tensor]:
    """Tensors by name; torch's reader takes no other objects, so nothing in the file is run."""
    try:
        found = torch.load(source, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever the reader meets in a file that is none
        raise unreadable(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__) from None
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise unreadable("it holds other things than tensors by name")
    if not all(map(_is_written_out, found.values())):
        raise unreadable("it holds tensors that are not written out")
    return {str(name): value for name, value in found.items() if not str(name).endswith("num_batches_tracked")}


def _is_written_out(tensor: Tensor) -> bool:
    """Not so are sparse ones, those of a shape alone, and one number that pretends to be many."""
    if tensor.layout is not torch.strided or tensor.is_meta:
        return False
    return tensor.untyped_storage().nbytes() >= tensor.numel() * tensor.element_size()


def converted(found: Mapping[str, Tensor], network: Published) -> dict[str, Tensor]:
    """Under the names that they have here; TrainingError where one lacks, is too many or has another shape."""
    left, made = dict(found), dict[str, Tensor]()
    try:
        for here, convolution, norm in network.places():
            gain, shift, mean, variance = (
                left.pop(f"{norm}.{name}").double() for name in ("weight", "bias", "running_mean", "running_var")
            )
            scale = gain / (variance + network.little).sqrt()
            made |= {f"{here}.weight": left.pop(f"{convolution}.weight").float(), f"{here}.scale": scale.float()}
            made[f"{here}.bias"] = (shift - mean * scale).float()
        made |= {f"classes.{name}": left.pop(f"{network.classes}.{name}").float() for name in ("weight", "bias")}
    except (KeyError, RuntimeError) as error:
        raise unreadable(f"{str(error).strip(chr(39))} is missing") from None
    if left:
        raise unreadable(f"{min(left)} is too many")
    _check_shapes(made, network.sight)
    return made


def _check_shapes(made: Mapping[str, Tensor], sight: Sight) -> None:
    wanted = {name: value.shape for name, value in Base(sight).state_dict().items()}
    wanted |= {"classes.weight": torch.Size((sight.classes, sight.last)), "classes.bias": torch.Size((sight.classes,))}
    for name, shape in wanted.items():
        if made[name].shape != shape:
            raise unreadable(f"{name} has the shape {list(made[name].shape)} instead of {list(shape)}")
        if not made[name].isfinite().all():
            raise unreadable(f"{name} is not of finite numbers")
