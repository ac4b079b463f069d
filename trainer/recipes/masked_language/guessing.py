"""A published model that guesses the words that are hidden in a text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForMaskedLM

from trainer.asking import text_in
from trainer.contract import N_
from trainer.recipes.fine_tune import base
from trainer.serving import Row, refusal

GAP = re.compile(r"_{3,}|＿{2,}|\[MASK\]|<mask>")
MOST, GUESSES = 8, 5  # gaps of a text, and guesses told of each


class Guessing:
    """`{"text"}` with gaps written as ___ in; out, the text with each gap's likeliest token, and all `guesses`."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        self._tokenizer = base.tokenizer_in(folder)
        self._names = [field["name"] for field in preprocessing["fields"]]
        self._length = preprocessing["length"]
        model: Any = base.read_or_tell(lambda: AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32))
        self._model = model.eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        return [self._guessed(text_in(row, self._names)) for row in rows]

    def _guessed(self, text: str) -> Row:
        mark = self._tokenizer.mask_token
        parts = GAP.split(text.replace(mark, "___"))
        if not 1 < len(parts) <= MOST + 1:
            raise refusal(N_("Write ___ in place of each hidden word, at most %(most)s of them."), most=MOST)
        found = self._tokenizer(mark.join(parts), truncation=True, max_length=self._length, return_tensors="pt")
        gaps = (found.input_ids[0] == self._tokenizer.mask_token_id).nonzero()[:, 0]
        if len(gaps) < len(parts) - 1:
            raise refusal(N_("The model reads %(most)s tokens; a gap stands behind them."), most=self._length)
        likely = self._model(**found).logits[0, gaps].double().softmax(1)
        likely[:, self._tokenizer.all_special_ids] = 0.0
        if not likely.isfinite().all():
            raise refusal(N_("The input is beyond all that the model can compute with."))
        guesses = [self._told(one) for one in likely]
        filled = parts[0] + "".join(told[0]["text"] + rest for told, rest in zip(guesses, parts[1:], strict=True))
        return {"text": filled, "guesses": guesses}

    def _told(self, likely: torch.Tensor) -> list[Row]:
        best = likely.topk(min(GUESSES, len(likely)))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [{"text": self._word(token), "probability": value} for token, value in pairs]

    def _word(self, token: int) -> str:
        """A piece that goes on with the word before it shows so by the marks of its tokenizer."""
        return str(self._tokenizer.decode([token])).strip() or str(self._tokenizer.convert_ids_to_tokens(token))
