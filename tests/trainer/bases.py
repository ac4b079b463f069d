"""Base models of a few weights, of kinds that differ in what they bring and in how long a text may be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from tests.trainer.conftest import reviews

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
GAP = "[MASK]"
PLACES = 64  # tokens that they can place
SMALL: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
    "max_position_embeddings": PLACES,
}  # fmt: skip
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "DistilBertModel": (
        "DistilBertConfig",
        {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": PLACES},
    ),
    "DebertaV2Model": ("DebertaV2Config", SMALL),
    "BertModel": ("BertConfig", SMALL),
    "BertForMaskedLM": ("BertConfig", SMALL),
    "OPTForCausalLM": (
        "OPTConfig",
        SMALL | {"word_embed_proj_dim": 32, "ffn_dim": 64, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0},
    ),
    "T5ForConditionalGeneration": (
        "T5Config",
        {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2, "pad_token_id": 0, "eos_token_id": 3}
        | {"decoder_start_token_id": 0},
    ),
    "BartForConditionalGeneration": (
        "BartConfig",
        {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64}
        | {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_position_embeddings": PLACES}
        | {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3, "decoder_start_token_id": 3}
        | {"forced_eos_token_id": None},
    ),
    **{
        f"{name}{end}": (
            f"{name}Config",
            {"d_model": 32, "encoder_layers": 3, "decoder_layers": 1, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64}
            | {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_position_embeddings": PLACES}
            | {"pad_token_id": 0, "eos_token_id": 3, "decoder_start_token_id": 0, "forced_eos_token_id": None}
            | {"scale_embedding": True, "init_std": 0.2},
        )
        for name, end in (("Pegasus", "ForConditionalGeneration"), ("Marian", "MTModel"))
    },
    "GPT2LMHeadModel": (
        "GPT2Config",
        {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": PLACES, "bos_token_id": 2, "eos_token_id": 3},
    ),
}


def base(kind: str, folder: Path, *, end: str | None = "[SEP]", gap: bool = False) -> str:
    """A model of that class with weights from a seed, and a tokenizer of words, in the folder.

    `gap`: with a token for hidden words.
    """
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words = trainers.WordLevelTrainer(special_tokens=[*MARKS, *([GAP] if gap else [])], show_progress=False)
    tokenizer.train_from_iterator(reviews(200, 1)["text"].to_pylist(), words)
    if not kind.endswith(("ForCausalLM", "LMHeadModel")):
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), MARKS, strict=True)) | {"eos_token": end}
    names |= {"mask_token": GAP} if gap else {}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    config, values = KINDS[kind]
    torch.manual_seed(1)
    model = getattr(transformers, kind)(getattr(transformers, config)(vocab_size=tokenizer.get_vocab_size(), **values))
    model.config.architectures = [kind]
    model.save_pretrained(folder)
    return str(folder)
