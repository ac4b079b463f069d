"""A language model that writes on from where a text stops."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from trainer.asking import number_in, text_in
from trainer.recipes.language_model.tokens import end_of
from trainer.seeding import torch_generator
from trainer.serving import Row

USUAL, MOST, LIKELIEST = 60, 500, 50  # tokens; and among how many each is drawn


class Writer:
    """`{"text", "length", "temperature", "seed"}` in, `{"text"}` out: what follows, without what was given."""

    def __init__(self, module: nn.Module, tokenizer: Tokenizer, context: int) -> None:
        self._module, self._tokenizer, self._context = module, tokenizer, context
        self._end = end_of(tokenizer)

    def predict(self, rows: list[Row]) -> list[Row]:
        return [{"text": self._continued(row)} for row in rows]

    def _continued(self, row: Row) -> str:
        prompt = text_in(row, [])
        length = int(number_in(row, "length", USUAL, 1, MOST))
        temperature = number_in(row, "temperature", 0.8, 0.0, 5.0)
        generator = torch_generator(int(number_in(row, "seed", 0, 0, 2**53)), "writing")
        given: list[int] = self._tokenizer.encode(prompt).ids or [self._end]
        written: list[int] = []
        while len(written) < length:
            seen = torch.tensor([(given + written)[-self._context :]])
            chosen = _chosen(self._module(seen)[0, -1], temperature, generator)
            if chosen == self._end:
                break
            written.append(chosen)
        # a word's first piece may depend on the letters before it, so the whole is put into letters
        whole: str = self._tokenizer.decode(given + written, skip_special_tokens=True)
        before: str = self._tokenizer.decode(given, skip_special_tokens=True)
        return whole[len(before) :]


def _chosen(logits: Tensor, temperature: float, generator: torch.Generator) -> int:
    """The likeliest at temperature 0; else one of the likeliest by chance (Fan et al., 2018, section 5)."""
    if temperature == 0.0:
        return int(logits.argmax())
    best, places = logits.topk(min(LIKELIEST, len(logits)))
    drawn = torch.multinomial(torch.softmax(best / temperature, 0), 1, generator=generator)
    return int(places[drawn])
