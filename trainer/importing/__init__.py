"""A base model as somebody published it, read whole and written again as plain files: nothing in it is run."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

TORCHS = (".pth", ".pt")


def import_base(source: Path, folder: Path) -> dict[str, str]:
    """Write `config.json`, `model.safetensors` and what else it needs; tell the task that the model can learn.

    `source` is a folder as `transformers` reads it, a GGUF file, or a file of torch's with the weights of a network
    that sees and is known here. Raises TrainingError where it is none of them.
    """
    # One of them imports a library that takes seconds, which the other does without.
    module = import_module(f"trainer.importing.{'pictures' if source.suffix in TORCHS else 'texts'}")
    told: dict[str, str] = module.import_base(source, folder)
    return told
