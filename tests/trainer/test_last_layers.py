"""Which layers are the last ones of base models whose layers do not all lie in one list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertModel, FunnelBaseModel, FunnelConfig, FunnelForMaskedLM

from trainer.recipes.fine_tune.opening import Opened, guessing, telling
from trainer.recipes.fine_tune.program import told
from trainer.recipes.fine_tune.schema import Parameters
from trainer.recipes.fine_tune.tuned import TunedNetwork

FUNNEL = FunnelConfig(
    vocab_size=40, block_sizes=[2, 1, 2], num_decoder_layers=2, d_model=32, n_head=2, d_head=16, d_inner=64
)
READS = [f"encoder.blocks.{block}" for block in ("0.0", "0.1", "1.0", "2.0", "2.1")]
GOES_ON = ["decoder.layers.0", "decoder.layers.1"]


def learning(opened: Opened, last: int, layers: list[str]) -> list[str]:
    """Those of the named layers that learn; each does whole or not at all."""
    p = Parameters.model_validate({"method": "last", "last_layers": last})
    module = TunedNetwork(opened, p, told, device=torch.device("cpu")).module
    found = {
        layer: {weight.requires_grad for name, weight in module.named_parameters() if f".{layer}." in name}
        for layer in layers
    }
    assert all(len(said) == 1 for said in found.values()), found
    return [layer for layer in layers if found[layer] == {True}]


@pytest.mark.parametrize("last", [1, 3, 9])
def test_layers_of_a_funnel_are_counted_inside_its_blocks(tmp_path: Path, last: int) -> None:
    """Who lets one layer learn has one, and not the whole last block."""
    FunnelBaseModel(FUNNEL).save_pretrained(tmp_path)
    assert learning(telling(tmp_path, ["good", "bad"]), last, READS) == READS[-last:]


@pytest.mark.parametrize("last", [1, 3])
def test_of_a_funnel_that_guesses_words_the_layers_behind_its_blocks_are_the_last(tmp_path: Path, last: int) -> None:
    FunnelForMaskedLM(FUNNEL).save_pretrained(tmp_path)
    assert learning(guessing(tmp_path), last, READS + GOES_ON) == (READS + GOES_ON)[-last:]


def test_layers_of_one_list_are_counted_as_before(tmp_path: Path) -> None:
    small: dict[str, Any] = {"num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=40, hidden_size=32, **small)).save_pretrained(tmp_path)
    layers = [f"encoder.layer.{place}" for place in range(3)]
    assert learning(telling(tmp_path, ["good", "bad"]), 2, layers) == layers[-2:]
