"""A language model that writes on from where a text stops."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from trainer.contract import N_
from trainer.recipes.language_model.tokens import end_of
from trainer.seeding import torch_generator
from trainer.serving import Row, refusal

USUAL, MOST, LIKELIEST = 60, 500, 50  # tokens; and among how many each is drawn


class Writer:
    """`{"text", "length", "temperature", "seed"}` in, `{"text"}` out: what follows, without what was given."""

    def __init__(self, module: nn.Module, tokenizer: Tokenizer, context: int) -> None:
        self._module, self._tokenizer, self._context = module, tokenizer, context
        self._end = end_of(tokenizer)

    def predict(self, rows: list[Row]) -> list[Row]:
        return [{"text": self._continued(row)} for row in rows]

    def _continued(self, row: Row) -> str:
        prompt = row.get("text")
        if not isinstance(prompt, str):
            raise refusal(N_("A text is given as “%(field)s”."), field="text")
        length = int(_number(row, "length", USUAL, 1, MOST))
        temperature = _number(row, "temperature", 0.8, 0.0, 5.0)
        generator = torch_generator(int(_number(row, "seed", 0, 0, 2**53)), "writing")
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


def _number(row: Row, name: str, usual: float, least: float, most: float) -> float:
    value: Any = row.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise refusal(N_("“%(field)s” is a number from %(least)s to %(most)s."), field=name, least=least, most=most)  # type: ignore[arg-type]
    return float(value)
