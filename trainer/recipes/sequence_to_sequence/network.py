"""An encoder and a decoder (Vaswani et al., Attention Is All You Need, 2017), by the library that everybody reads.

Normalized before each part (Xiong et al., On Layer Normalization in the Transformer Architecture, 2020), places told by
sines, one table of tokens for reading, writing and choosing (Press and Wolf, 2017). Such a network is M2M100's, so a
folder with `describe`'s configuration opens in transformers.
"""

from __future__ import annotations

import json
import math
from typing import Any, cast

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn
from transformers import M2M100Config, M2M100ForConditionalGeneration
from transformers.utils import logging

from trainer.data.feed import Inputs
from trainer.objectives import IGNORED, ByToken
from trainer.recipes.sequence_to_sequence.schema import Parameters
from trainer.recipes.sequence_to_sequence.size import INNER

quiet: Any = logging
quiet.set_verbosity_error()
quiet.disable_progress_bar()

FILL = 0  # the token that fills rows up


def shaped(p: Parameters, vocabulary: int, end: int) -> Any:
    """The library's configuration; what is written begins with the end mark."""
    return M2M100Config(
        vocab_size=vocabulary, d_model=p.width, max_position_embeddings=p.length,
        encoder_layers=p.layers, decoder_layers=p.layers, encoder_ffn_dim=INNER * p.width,
        decoder_ffn_dim=INNER * p.width, encoder_attention_heads=p.heads, decoder_attention_heads=p.heads,
        encoder_layerdrop=0.0, decoder_layerdrop=0.0, dropout=p.dropout, attention_dropout=p.dropout,
        activation_dropout=0.0, activation_function="relu", scale_embedding=True, pad_token_id=FILL,
        bos_token_id=end, eos_token_id=end, decoder_start_token_id=end,
    )  # fmt: skip


def built(config: Any) -> nn.Module:
    """The network; it does not turn torch's generator on, for its weights are drawn by `initialise`."""
    with torch.random.fork_rng(devices=[]):
        module: nn.Module = M2M100ForConditionalGeneration(config)
    return module


def described(config: Any) -> dict[str, Any]:
    """`config.json` as the library reads it."""
    told: dict[str, Any] = json.loads(config.to_json_string(use_diff=False))
    return told | {"architectures": ["M2M100ForConditionalGeneration"]}


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Matrices as Glorot and Bengio (2010) have them, tokens so that they come to length 1 once they are scaled."""
    for name, weight in module.named_parameters():
        if weight.dim() > 1:
            inputs, outputs = weight.shape[1], weight.shape[0]
            spread = inputs**-0.5 if "shared" in name else math.sqrt(2 / (inputs + outputs))
            weight.copy_(torch.empty(weight.shape).normal_(0.0, spread, generator=generator))
        else:
            weight.fill_(1.0 if name.endswith("norm.weight") else 0.0)


def written(module: nn.Module, inputs: Inputs) -> Tensor:
    """The logits of what follows each token of the second texts (tokens × V): of what fills rows up there are none."""
    read, told = inputs
    assert told is not None  # noqa: S101 - every row has both texts
    read, parts = read.long(), cast("Any", module)
    found = parts.model(
        input_ids=read, attention_mask=(read != FILL).long(), decoder_input_ids=told[:, :-1].long(), use_cache=False
    ).last_hidden_state
    logits: Tensor = parts.lm_head(found[told[:, 1:] != FILL])  # most of the work, where few rows are long
    return logits


class ByAnswer(ByToken):
    """Cross-entropy of each token of the second text, in training with smoothed labels (Szegedy et al., 2016).

    Outputs are those of the tokens that are to be written, row after row.
    """

    def __init__(self, smoothing: float) -> None:
        self._smoothing = smoothing

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        told = inputs[1]
        assert told is not None  # noqa: S101 - as above
        following = told[:, 1:].long()
        return torch.where(following == FILL, IGNORED, following)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs, targets[targets != IGNORED], label_smoothing=self._smoothing)

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        own = targets != IGNORED
        found = torch.zeros(2, *targets.shape, device=outputs.device)
        found[0][own] = F.cross_entropy(outputs, targets[own], reduction="none")
        found[1][own] = (outputs.argmax(1) == targets[own]).float()
        return torch.stack([found[0].sum(1), own.sum(1).float(), found[1].sum(1)], 1)
