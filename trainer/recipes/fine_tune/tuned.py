"""What of a base model learns, and the whole model that is published of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import torch
from peft import LoraConfig, TaskType, get_peft_model
from torch import Tensor, nn

from trainer.data.feed import Inputs
from trainer.module import ModuleNetwork
from trainer.recipes.fine_tune import short
from trainer.recipes.fine_tune.base import HEADS
from trainer.recipes.fine_tune.opening import Opened
from trainer.recipes.fine_tune.schema import ADDITIONS, Tuned


class TunedNetwork(ModuleNetwork):
    """A base model of which some weights learn. What is published is whole: it needs no base model any more."""

    def __init__(
        self, opened: Opened, p: Tuned, forward: Callable[[nn.Module, Inputs], Tensor], *, device: torch.device
    ) -> None:
        self.lora, self.short, self._besides = p.method in ADDITIONS, p.method == "qlora", opened.besides
        model = opened.model
        if self.lora:
            model = _with_additions(opened, p)
            if self.short:
                short.shorten(model, device)
        elif p.method == "last":
            _freeze_all_but(opened, p.last_layers)
        super().__init__(model, forward, device=device, described={}, tokens=p.length, initialise=begin)

    @property
    def multiplications(self) -> int:
        return super().multiplications + short.held(self.module) * self._tokens

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        """Every weight under the base model's own name; additions are worked into the weights that they add to.

        Without additions they are the network's own, which large models need not have in memory twice.
        """
        with torch.no_grad():
            self.flat.copy_(flat)
        whole = self._whole()
        tied = set(whole.all_tied_weights_keys)  # the same numbers stand under another name
        own = {name: value.detach().cpu() for name, value in whole.state_dict().items() if name not in tied}
        return own | dict(self._besides)

    def description(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._bare().config.to_json_string(use_diff=False))
        return told | super().description()

    def _bare(self) -> Any:
        return self.module.base_model.model if self.lora else self.module  # type: ignore[union-attr]

    def _whole(self) -> Any:
        if not self.lora:
            return self.module
        whole: Any = short.lengthened(self.module) if self.short else copy.deepcopy(self.module)
        return whole.merge_and_unload()


def _with_additions(opened: Opened, p: Tuned) -> Any:
    """Beside every matrix but those of heads, which learn whole."""
    heads = [name for name, _ in opened.model.named_modules() if name and opened.heads(name)]
    names = sorted({name.rpartition(".")[2] for name in heads} & set(HEADS))
    left_out = "|".join(name.replace(".", r"\.") for name in heads)
    wanted = LoraConfig(
        task_type=opened.task, r=p.rank, lora_alpha=2 * p.rank, lora_dropout=p.dropout, target_modules="all-linear",
        exclude_modules=left_out or None, modules_to_save=names or None,
    )  # fmt: skip
    model: Any = get_peft_model(opened.model, wanted)
    if opened.task is None:  # then peft knows of no heads
        for name, weight in model.base_model.model.named_parameters():
            weight.requires_grad = weight.requires_grad or opened.heads(name)
    return model


def _freeze_all_but(opened: Opened, last: int) -> None:
    """The last blocks, what stands behind them, and heads learn."""
    model = opened.model
    parts = [model.get_encoder(), model.get_decoder()] if opened.task is TaskType.SEQ_2_SEQ_LM else [model]
    blocks = [block for part in parts for block in _layers(part)]  # so the decoder's are the last
    learning = {id(weight) for block in blocks[-last:] for weight in block.parameters()}
    for name, weight in opened.model.named_parameters():
        behind = opened.heads(name) or name.endswith(("norm.weight", "ln_f.weight"))
        weight.requires_grad = id(weight) in learning or (behind and not any(map(str.isdigit, name.split("."))))


def _layers(part: nn.Module) -> list[nn.Module]:
    """Those of the longest list that lies in no other, and of lists of their kind, in order.

    Of T5 each layer holds a list itself. Of Funnel lists of layers lie in a list, and more layers go on behind it.
    """
    found = [(name, own) for name, own in part.named_modules() if isinstance(own, nn.ModuleList) and len(own)]
    outer = [_flat(own) for name, own in found if not any(map(str.isdigit, name.split(".")))]
    longest = max(reversed(outer), key=len)
    return [layer for own in outer for layer in own if type(own[0]) is type(longest[0])]


def _flat(layers: nn.ModuleList) -> list[nn.Module]:
    lists = [list(one) if isinstance(one, nn.ModuleList) else [one] for one in layers]
    return [layer for own in lists for layer in own]


def begin(module: nn.Module, generator: torch.Generator) -> None:
    """What the base model does not bring: a head starts small and normal, additions start by adding nothing."""
    for name, weight in module.named_parameters():
        if not weight.requires_grad:
            continue
        if "lora_B" in name:
            weight.zero_()
        elif "lora_A" in name:
            bound = (3.0 / weight.shape[1]) ** 0.5
            weight.copy_(torch.empty(weight.shape).uniform_(-bound, bound, generator=generator))
        elif any(part in HEADS for part in name.split(".")):
            drawn = torch.empty(weight.shape).normal_(0.0, 0.02, generator=generator)
            weight.copy_(drawn if weight.dim() > 1 else torch.zeros(weight.shape))
