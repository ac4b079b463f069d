"""How a base model learns to make one text of another."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer.data.feed import Ahead, Feed, Inputs
from trainer.data.lines import Encoded, Paired
from trainer.objectives import IGNORED, ByToken

NONE = -1  # behind short texts: no token, whatever the base model fills up with


def feed_of(first: Encoded, second: Encoded, device: torch.device) -> Feed:
    """Batches of both, on that device."""
    where = torch.device("cpu") if first.in_file else device
    found = Paired(first.filled(NONE, where), second.filled(NONE, where))
    return Ahead(found, device) if first.in_file else found


def converted(module: nn.Module, inputs: Inputs) -> Tensor:
    """The logits of what follows each token of the answers."""
    read, told = inputs
    assert told is not None  # noqa: S101 - every row has both texts
    logits: Tensor = module(
        input_ids=read.long().clamp(min=0), attention_mask=(read != NONE).long(),
        decoder_input_ids=told[:, :-1].long().clamp(min=0), use_cache=False,
    ).logits  # fmt: skip
    return logits


class ByAnswer(ByToken):
    """Cross-entropy of each token of the answer."""

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        told = inputs[1]
        assert told is not None  # noqa: S101 - as above
        following = told[:, 1:].long()
        return torch.where(following == NONE, IGNORED, following)
