"""A base model as somebody published it, read whole and written again as plain files: nothing in it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
)

from trainer.contract import N_
from trainer.failures import TrainingError
from trainer.recipes.fine_tune.base import besides, converts, guesses, writes

GGUF = ".gguf"
KINDS: Any = (  # whether it is one, as what it is opened, and what it can learn
    (writes, AutoModelForCausalLM, "language"),
    (converts, AutoModelForSeq2SeqLM, "language"),
    (guesses, AutoModelForMaskedLM, "classification"),
    (lambda _: True, AutoModel, "classification"),
)


def import_base(source: Path, folder: Path) -> dict[str, str]:
    """Write `config.json`, `model.safetensors` and the tokenizer; tell the task that the model can learn.

    `source` is a folder as `transformers` reads it or a GGUF file. Raises TrainingError where it is neither.
    """
    try:
        where, more = (source.parent, {"gguf_file": source.name}) if source.suffix == GGUF else (source, {})
        kind, task = KINDS[0][1:] if more else next(known[1:] for known in KINDS if known[0](source))
        model, told = kind.from_pretrained(
            where, dtype=torch.float32, use_safetensors=not more, output_loading_info=True, **more
        )
        tokenizer: Any = AutoTokenizer.from_pretrained(where, **more)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise TrainingError("data", N_("The base model cannot be read: %(reason)s"), reason=reason) from None
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    config = model.config
    config.architectures = [type(model).__name__]
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.save_pretrained(folder)
    if kind is AutoModelForSeq2SeqLM:  # with what does the answer begin?
        model.generation_config.save_pretrained(folder)
    tied = set(model.all_tied_weights_keys)  # the same numbers stand under another name
    # Numbers of a quantized file are no finer than half precision holds.
    dtype = torch.float16 if more else torch.float32
    weights = {name: value.to(dtype).contiguous() for name, value in model.state_dict().items() if name not in tied}
    if kind is AutoModelForMaskedLM:
        weights |= besides(source, told, f"{model.base_model_prefix}.")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return {"task": task}
