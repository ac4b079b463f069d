"""Base models of a few thousand weights, as `transformers` publishes them; a process of their own imports torch.

Run as `python -m tests.factories.bases FOLDER`: writes `FOLDER/reader` and `FOLDER/writer`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainhub.accounts.models import User
    from chainhub.bases.models import BaseModel
    from chainhub.organizations.models import Organization

WORDS = (
    "wonderful and kind a lovely warm film good fun dull cold sad waste bad bore "
    "what does the cat dog hen say meow woof cluck"
)


def make_base(
    organization: Organization,
    by: User,
    *,
    slug: str = "small",
    task: str = "classification",
    content: bytes = b"weights",
    name: str = "",
    licence: str = "CC0-1.0",
) -> BaseModel:
    """A row with a commit, as an import leaves it; its bytes are no model."""
    from chainhub.bases.models import BaseModel
    from chainhub.repositories.models import Repository
    from chainhub.repositories.services import commit_files, create_repository
    from chainhub.repositories.storage import store_bytes

    repository = create_repository(Repository.Kind.MODEL)
    files = {"model.safetensors": store_bytes(content, owner=organization)}
    return BaseModel.objects.create(
        organization=organization, name=name or f"{slug} of {organization}", slug=slug, task=task, source="This test",
        licence=licence, repository=repository, imported_by=by,
        commit=commit_files(repository, files, author=by, title="Import"),
    )  # fmt: skip


def main(folder: Path) -> None:
    """An encoder that reads and a decoder that writes, with one vocabulary of whole words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    known = {word: place for place, word in enumerate(["[PAD]", "[UNK]", "[END]", *dict.fromkeys(WORDS.split())])}
    tokenizer = Tokenizer(WordLevel(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", eos_token="[END]", model_max_length=64
    )
    size = {"vocab_size": len(known), "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
    common = {**size, "num_attention_heads": 2, "max_position_embeddings": 64}
    reader = BertModel(BertConfig(**common, pad_token_id=0))
    writer = LlamaForCausalLM(LlamaConfig(**common, pad_token_id=0, eos_token_id=2, bos_token_id=2))
    for name, model in (("reader", reader), ("writer", writer)):
        model.save_pretrained(folder / name)
        fast.save_pretrained(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
