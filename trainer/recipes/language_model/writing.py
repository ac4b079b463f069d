"""A language model that writes on from where a text stops."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from torch import Tensor

from trainer.asking import text_in
from trainer.data.tokens import end_of
from trainer.recipes.language_model.network import Transformer
from trainer.seeding import torch_generator
from trainer.serving import Row
from trainer.words import LOOKED_AT, by_word, of_answer
from trainer.writing import LIKELIEST, Writes, asked_in

USUAL_TEMPERATURE = 0.8


class Writer(Writes):
    """What follows a text, without what was given."""

    def __init__(self, module: Transformer, tokenizer: Tokenizer, context: int) -> None:
        super().__init__()
        self._module, self._tokenizer, self._context = module, tokenizer, context
        self._end = end_of(tokenizer)
        self._count = sum(weight.numel() for weight in module.parameters())

    def _given(self, row: Row) -> list[int]:
        return self._tokenizer.encode(text_in(row, [])).ids or [self._end]

    def written(self, row: Row) -> list[int]:
        given, (length, temperature, seed) = self._given(row), asked_in(row, USUAL_TEMPERATURE)
        generator = torch_generator(seed, "writing")
        written: list[int] = []
        while len(written) < length:
            seen = torch.tensor([(given + written)[-self._context :]])
            chosen = _chosen(self._module(seen)[0, -1], temperature, generator)
            if chosen == self._end:
                break
            written.append(chosen)
        return written

    def read(self, row: Row, written: list[int]) -> str:
        """A word's first piece may depend on the letters before it, so the whole is put into letters."""
        given = self._given(row)
        whole: str = self._tokenizer.decode(given + written, skip_special_tokens=True)
        before: str = self._tokenizer.decode(given, skip_special_tokens=True)
        return whole[len(before) :]

    def weighed(self, row: Row, written: list[int]) -> Row | None:
        """Of as much as the model sees at a time."""
        text = text_in(row, [])
        read = self._tokenizer.encode(text)
        said = written[: min(LOOKED_AT, self._context // 2)]
        if not said or not read.ids:
            return None
        seen = torch.tensor(read.ids[-(self._context + 1 - len(said)) :])
        tokens, vectors = torch.tensor(said), self._module.model.embed_tokens
        weights = of_answer(
            self._module.read, vectors(seen), vectors(torch.full_like(seen, self._end)), vectors(tokens), tokens,
            weights=self._count,
        )  # fmt: skip
        return {"tokens": by_word(text, read.offsets, [0.0] * (len(read.ids) - len(seen)) + weights)}


def _chosen(logits: Tensor, temperature: float, generator: torch.Generator) -> int:
    """The likeliest at temperature 0; else one of the likeliest by chance (Fan et al., 2018, section 5)."""
    if temperature == 0.0:
        return int(logits.argmax())
    best, places = logits.topk(min(LIKELIEST, len(logits)))
    drawn = torch.multinomial(torch.softmax(best / temperature, 0), 1, generator=generator)
    return int(places[drawn])
