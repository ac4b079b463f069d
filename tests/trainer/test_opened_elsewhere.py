"""A stranger opens a published language model in `transformers`, which knows nothing of this trainer."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from trainer.recipes.language_model.network import Transformer, described
from trainer.serving import weights_in


def test_a_language_model_says_the_same_in_transformers(small_base: str) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = Path(small_base)
    ours = Transformer(described(json.loads((folder / "config.json").read_bytes())))
    ours.load_state_dict(weights_in(folder))
    theirs = AutoModelForCausalLM.from_pretrained(folder)
    tokens = AutoTokenizer.from_pretrained(folder)("The swift machine was calm.", return_tensors="pt").input_ids
    assert tokens.shape[1] > 4
    with torch.no_grad():
        torch.testing.assert_close(ours.eval()(tokens), theirs.eval()(tokens).logits, rtol=1e-4, atol=1e-5)
