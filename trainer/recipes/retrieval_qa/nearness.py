"""Vectors of texts, and the loss by which a question comes near to its passage and away from the others.

Multiple negatives ranking (Henderson et al., Efficient Natural Language Response Suggestion, 2017, section 4) over
normalized means of a text's last vectors (Reimers and Gurevych, Sentence-BERT, 2019, section 3): the passages of the
other rows of a batch are the wrong ones; with several processes or parts of a batch, of the rows beside it there.
Judged it is against every passage of the corpus, so there the loss is a mean over many more wrong ones.

Tokens stand here one higher than the tokenizer tells them, for 0 fills short texts up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn
from transformers import AutoModel

from trainer.data.columns import Ints
from trainer.data.feed import Inputs
from trainer.data.lines import Encoded
from trainer.module import ModuleNetwork
from trainer.network import Trainable
from trainer.recipes.fine_tune import base

AT_ONCE = 64  # passages
NEAR = 8_000_000  # questions × passages that are compared at a time


def vectors(module: nn.Module, tokens: Tensor) -> Tensor:
    """Of each text one of length 1."""
    own = tokens > 0
    told = module(input_ids=(tokens.long() - 1).clamp(min=0), attention_mask=own.long()).last_hidden_state
    means = (told * own[..., None]).sum(1) / own.sum(1, keepdim=True).clamp(min=1)
    return F.normalize(means.float(), dim=1)


def beside(module: nn.Module, inputs: Inputs) -> Tensor:
    """Vectors of the questions; in training those of their passages beside them."""
    asked, told = inputs
    found = vectors(module, asked)
    return found if told is None or not module.training else torch.cat([found, vectors(module, told)], 1)


def of_all(network: Trainable, passages: Encoded, device: torch.device) -> Tensor:
    """Vectors of every passage in order; those of about one length are read together."""
    feed = passages.filled(0, torch.device("cpu"))
    lengths = torch.from_numpy(passages.begins[1:] - passages.begins[:-1])
    order = lengths.argsort(stable=True)
    found = torch.cat([network((feed.take(part)[0].to(device), None)) for part in torch.split(order, AT_ONCE)])
    return torch.empty_like(found).index_copy_(0, order.to(device), found)


class ByNearness:
    """A row's target is the number of its passage."""

    def __init__(
        self,
        passage_of: Ints,
        passages: Encoded,
        temperature: float,
        device: torch.device,
        published: Ints | None = None,
    ) -> None:
        """`published` are the places of the passages that people will be answered with: all, where that is not said."""
        places = np.arange(len(passages.begins) - 1) if published is None else published
        self._published = torch.from_numpy(places).to(device)
        self._targets = torch.from_numpy(passage_of).to(device)
        self._passages, self._temperature, self._device = passages, temperature, device
        self.all = torch.empty(0)  # vectors of the passages
        self._by: list[Tensor] = []  # the weights that they are by

    def look(self, network: Trainable) -> None:
        """At every passage, as the network has them by now; once for the same weights."""
        if not self._by or not all(map(torch.equal, self._by, network.vectors)):
            self.all = of_all(network, self._passages, self._device).float()
            self._by = [weights.clone() for weights in network.vectors]

    def compared(self) -> str:
        return "passages"

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        return self._targets.index_select(0, rows)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The same passage asked for twice in a batch is no wrong one."""
        asked, told = outputs.float().chunk(2, 1)
        again = (targets[:, None] == targets) & ~torch.eye(len(targets), dtype=torch.bool, device=targets.device)
        near = (asked @ told.T / self._temperature).masked_fill(again, -torch.inf)
        return F.cross_entropy(near, torch.arange(len(targets), device=targets.device))

    def mass(self, targets: Tensor) -> float:
        return float(len(targets))

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """As `trainer.measures.retrieval` takes it; a table of all rows by all passages might be long."""
        parts = max(1, NEAR // max(1, len(self.all)))
        pairs = zip(torch.split(outputs, parts), torch.split(targets, parts), strict=True)
        return torch.cat([self._told(*pair) for pair in pairs])

    def _told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        near = outputs @ self.all.T
        own = near.gather(1, targets[:, None])
        losses = F.cross_entropy(near / self._temperature, targets, reduction="none")
        others = near.scatter(1, targets[:, None], -1.0)
        shown, besides = (told.index_select(1, self._published) for told in (near, others))
        best, other = (F.pad(told, (0, 1), value=-1.0).amax(1) for told in (shown, besides))
        return torch.stack([_rank(near, own), best, _rank(shown, own), losses, other], 1)

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        return float(told[:, 3].mean())


def _rank(near: Tensor, own: Tensor) -> Tensor:
    """How many are nearer; those that are as near, itself but for, count half."""
    return (near > own).sum(1) + ((near == own).sum(1) - 1).clamp(min=0) / 2


class Encoder(ModuleNetwork):
    """A base model of which all weights learn, but those that only tell a text's kind."""

    def __init__(self, folder: Path, length: int, written: Callable[[Trainable], None], device: torch.device) -> None:
        """`written` is called when weights are about to be published."""
        with torch.random.fork_rng(devices=[]):  # what a base does not bring and nobody asks is the same each time
            torch.manual_seed(0)
            model, told = base.read_or_tell(
                lambda: AutoModel.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
            )
        base.check_whole(model, told)
        for name, weight in model.named_parameters():
            weight.requires_grad = "pooler" not in name
        super().__init__(model, beside, device=device, described={}, tokens=length)
        self._written = written

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            self.flat.copy_(flat)
            self._written(self)
        return {name: value.detach().cpu() for name, value in self.module.state_dict().items()}

    def description(self) -> dict[str, Any]:
        config: Any = self.module.config
        told: dict[str, Any] = json.loads(config.to_json_string(use_diff=False))
        return told | {"architectures": [type(self.module).__name__]} | super().description()
