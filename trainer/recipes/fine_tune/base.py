"""A base model out of a folder that `transformers` reads, and what of it learns. Nothing is fetched from anywhere."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # a folder is read or the job fails: no model comes over the network

import torch
from peft import LoraConfig, TaskType, get_peft_model
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)
from transformers.utils import logging

from trainer import memory
from trainer.contract import N_
from trainer.data.feed import Inputs
from trainer.failures import TrainingError
from trainer.module import ModuleNetwork
from trainer.recipes.fine_tune import short
from trainer.recipes.fine_tune.schema import ADDITIONS, Parameters

quiet: Any = logging
quiet.set_verbosity_error()
quiet.disable_progress_bar()

HEADS = ("score", "classifier", "pre_classifier")  # what a classification adds to a base model
WHOLE = rf".*\b({'|'.join(HEADS)})\b.*"  # heads are new: they learn whole, and nothing is added to them
WRITES = ("ForCausalLM", "LMHeadModel")
CONVERTS = ("ForConditionalGeneration", "MTModel")
MOST_PLACES = 8192  # tokens at a time, where the model itself knows no bound


def config_in(folder: Path) -> Any:
    """What the base model says of itself."""
    return read_or_tell(lambda: AutoConfig.from_pretrained(folder))


def writes(folder: Path) -> bool:
    """Whether the base model continues texts."""
    return any(name.endswith(WRITES) for name in config_in(folder).architectures or ())


def converts(folder: Path) -> bool:
    """Whether it makes one text of another: an encoder that reads the one and a decoder that writes the other."""
    config = config_in(folder)
    ends = any(name.endswith(CONVERTS) for name in config.architectures or ())
    return ends and bool(getattr(config, "is_encoder_decoder", False))


def places_of(config: Any, tokenizer: Any) -> int:
    """How many tokens the model can tell the places of."""
    text = config.get_text_config()
    most = getattr(text, "max_position_embeddings", None) or MOST_PLACES
    if "roberta" in config.model_type:  # which counts places from behind the number of what fills rows up
        most -= (text.pad_token_id or 0) + 1
    return int(min(most, tokenizer.model_max_length, MOST_PLACES))


def tokenizer_in(folder: Path) -> Any:
    """With a token to fill short rows up."""
    tokenizer = read_or_tell(lambda: AutoTokenizer.from_pretrained(folder))
    if tokenizer.eos_token_id is None and (writes(folder) or converts(folder)):
        raise TrainingError(
            "data",
            N_("The base model has no token that ends a text, so it could not learn to stop."),
            N_("Choose another base model."),
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.sep_token or tokenizer.unk_token
    return tokenizer


def read_or_tell(what: Callable[[], Any]) -> Any:
    """What the library opens; TrainingError with one sentence where it cannot."""
    try:
        return what()
    except Exception as error:  # whatever a library meets in a folder that is none, or half of one
        if memory.exhausted(error):
            raise
        raise _unreadable((str(error) or type(error).__name__).splitlines()[0][:200]) from None


def _unreadable(reason: str) -> TrainingError:
    return TrainingError(
        "data",
        N_("The base model cannot be read: %(reason)s"),
        N_("Choose another base model, or import it again."),
        reason=reason,
    )


def _opened(folder: Path, labels: list[str] | None) -> Any:
    """The model with a head for those kinds; what the base does not bring is the same each time it is opened."""
    kind: Any = AutoModelForSeq2SeqLM if converts(folder) else AutoModelForCausalLM
    more: dict[str, Any] = {}
    if labels is not None:  # a model that told other kinds before brings a head for those; it is drawn anew
        kind, more = AutoModelForSequenceClassification, {"ignore_mismatched_sizes": True, "num_labels": len(labels)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model, told = read_or_tell(
            lambda: kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True, **more)
        )
    check_whole(model, told)
    if labels is not None:
        model.config.id2label = dict(enumerate(labels))
        model.config.label2id = {label: place for place, label in enumerate(labels)}
    return model


def check_whole(model: Any, told: dict[str, Any]) -> None:
    """TrainingError where the folder held the weights of another model, or none; `told` is what the library loaded."""
    shaped = [name for name, *_ in told["mismatched_keys"] if not set(name.split(".")) & set(HEADS)]
    if shaped or len(told["missing_keys"]) > len(model.state_dict()) / 2:
        raise _unreadable(f"{shaped[0]}: shape" if shaped else f"{len(told['missing_keys'])} weights are missing")


class TunedNetwork(ModuleNetwork):
    """A base model of which some weights learn. What is published is whole: it needs no base model any more."""

    def __init__(
        self, folder: Path, labels: list[str] | None, p: Parameters, forward: Callable[[nn.Module, Inputs], Tensor],
        *, device: torch.device,
    ) -> None:  # fmt: skip
        """`labels` of the kinds that it shall tell apart; None for a model that writes."""
        model = _opened(folder, labels)
        if model.config.pad_token_id is None:
            model.config.pad_token_id = model.config.eos_token_id
        self.lora, self.short = p.method in ADDITIONS, p.method == "qlora"
        pairs = bool(getattr(model.config, "is_encoder_decoder", False))
        task = (TaskType.SEQ_2_SEQ_LM if pairs else TaskType.CAUSAL_LM) if labels is None else TaskType.SEQ_CLS
        if self.lora:
            heads = _heads_of(model)
            wanted = LoraConfig(
                task_type=task, r=p.rank, lora_alpha=2 * p.rank, lora_dropout=p.dropout, target_modules="all-linear",
                exclude_modules=WHOLE if heads else None, modules_to_save=heads or None,
            )  # fmt: skip
            model = get_peft_model(model, wanted)
            if self.short:
                short.shorten(model, device)
        elif p.method == "last":
            _freeze_all_but(model, p.last_layers)
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
        return {name: value.detach().cpu() for name, value in whole.state_dict().items() if name not in tied}

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


def _heads_of(model: Any) -> list[str]:
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    return [name for name in HEADS if name in names]


def _freeze_all_but(model: Any, last: int) -> None:
    """The last blocks, what stands behind them, and a new head learn."""
    lists = [part for part in model.modules() if isinstance(part, nn.ModuleList)]
    blocks = max(reversed(lists), key=len)  # of an encoder and a decoder, the latter's
    learning = {id(weight) for block in blocks[-last:] for weight in block.parameters()}
    for name, weight in model.named_parameters():
        behind = any(part in HEADS for part in name.split(".")) or name.endswith(("norm.weight", "ln_f.weight"))
        weight.requires_grad = id(weight) in learning or (behind and not any(map(str.isdigit, name.split("."))))


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
