"""A base model in a folder that `transformers` reads: what it says of itself. Nothing is fetched from anywhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # a folder is read or the job fails: no model comes over the network

from safetensors import safe_open
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import logging

from trainer import memory
from trainer.contract import N_, JobSpec, Log, SpecError
from trainer.data.lines import Encoded
from trainer.failures import TrainingError

quiet: Any = logging
quiet.set_verbosity_error()
quiet.disable_progress_bar()

HEADS = ("score", "classifier", "pre_classifier")  # what a classification adds to a base model
WRITES = ("ForCausalLM", "LMHeadModel")
GUESSES = "ForMaskedLM"
CONVERTS = ("ForConditionalGeneration", "MTModel")
MOST_PLACES = 8192  # tokens at a time, where the model itself knows no bound
TOKENIZER = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "chat_template.jinja",
    "generation_config.json",
)  # fmt: skip


def folder_of(spec: JobSpec) -> Path:
    """Where the base model of a job lies that needs one."""
    if spec.base is None:
        raise SpecError(N_("Choose the base model that should learn."), field="base")
    return Path(spec.base.path)


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


def guesses(folder: Path) -> bool:
    """Whether it brings a head that guesses hidden words; any model that only reads can be given one."""
    return any(name.endswith(GUESSES) for name in config_in(folder).architectures or ())


def places_of(config: Any, tokenizer: Any) -> int:
    """How many tokens the model can tell the places of."""
    text = config.get_text_config()
    most = getattr(text, "max_position_embeddings", None) or MOST_PLACES
    if "roberta" in config.model_type:  # which counts places from behind the number of what fills rows up
        most -= (text.pad_token_id or 0) + 1
    return int(min(most, tokenizer.model_max_length, MOST_PLACES))


def length_of(asked: int, folder: Path, tokenizer: Any, tell: Callable[[Log], None]) -> int:
    """Tokens that are read at a time: as asked, or what the model can place, which is then said."""
    most = places_of(config_in(folder), tokenizer)
    if asked > most:
        text = N_("The base model reads at most %(most)s tokens at a time.")
        tell(Log(level="info", text=text, params={"most": most}))
    return min(asked, most)


def known_in(folder: Path, *, written: bool = False) -> int:
    """How many tokens the base model's table holds, or the one of what it writes where it makes a text of another."""
    config = config_in(folder).get_text_config()
    most = getattr(config, "decoder_vocab_size", None) if written else None
    return int(most or getattr(config, "vocab_size", None) or sys.maxsize)


def check_known(folder: Path, *found: Encoded, written: bool = False, above: int = 0) -> None:
    """TrainingError where texts became tokens that its table has not; they are told by numbers so much above theirs.

    That a tokenizer has some which it gives for none of these texts is common, and does no harm.
    """
    token, known = max(int(one.tokens.max()) for one in found) - above, known_in(folder, written=written)
    if token >= known:
        raise TrainingError(
            "data",
            N_("The base model and its tokenizer do not fit: texts become token %(token)s, and it knows %(known)s."),
            N_("Choose another base model."),
            token=token,
            known=known,
        )


def files_of(folder: Path) -> dict[str, bytes]:
    """The tokenizer as it came, which goes along with what is published."""
    return {name: path.read_bytes() for name in TOKENIZER if (path := folder / name).is_file()}


def tokenizer_in(folder: Path) -> Any:
    """With a token to fill short rows up."""
    tokenizer = read_or_tell(lambda: AutoTokenizer.from_pretrained(folder))
    if tokenizer.eos_token_id is None and (writes(folder) or converts(folder)):
        raise TrainingError(
            "data",
            N_("The base model has no token that ends a text, so it could not learn to stop."),
            N_("Choose another base model."),
        )
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id >= known_in(folder):  # some add one that nothing knows
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


def check_whole(model: Any, told: dict[str, Any]) -> None:
    """TrainingError where the folder held the weights of another model, or none; `told` is what the library loaded."""
    shaped = [name for name, *_ in told["mismatched_keys"] if not set(name.split(".")) & set(HEADS)]
    if shaped or len(told["missing_keys"]) > len(model.state_dict()) / 2:
        raise _unreadable(f"{shaped[0]}: shape" if shaped else f"{len(told['missing_keys'])} weights are missing")


def besides(folder: Path, told: Mapping[str, Any], before: str) -> dict[str, Any]:
    """Weights of the base model itself that were not used, such as its pooler: whoever goes on may want them."""
    found: dict[str, Any] = {}
    unused, path = set(told["unexpected_keys"]), folder / "model.safetensors"
    if not unused or not path.is_file():  # a model in several files is large, and what guesses is not
        return found
    with safe_open(path, "pt") as file:
        whole = any(name.startswith(before) for name in file.keys())  # noqa: SIM118 - it is no mapping
        for name in unused & set(file.keys()):
            if name.startswith(before) or not whole:
                found[before + name.removeprefix(before)] = file.get_tensor(name).float()
    return found
