"""A base model before any job went on from it: it writes, or it tells how much alike texts are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModel

from trainer.asking import text_in
from trainer.contract import N_
from trainer.recipes.fine_tune import base
from trainer.recipes.fine_tune.answering import Answering
from trainer.recipes.fine_tune.converting import Converting
from trainer.serving import UNREADABLE, Row, Served, refusal

LEAST, MOST = 2, 20  # texts that are compared at a time
SHOWN = 50  # letters of a text in a sentence about it
AS_IT_IS = "{{ messages[0]['content'] }}"  # without a form of conversation of its own, a model goes on with the text


def open_base(folder: Path) -> Served:
    """What lies there as `importing.import_base` left it; TrainingError where that cannot be read."""
    try:
        if base.converts(folder):
            return Converting(folder, {}, {"fields": []})
        return Writing(folder) if base.writes(folder) else Comparing(folder)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise refusal(UNREADABLE, reason=str(error)[:200]) from None


class Writing(Answering):
    """`{"text", "length", "temperature", "seed"}` in, `{"text"}` out: an answer where it has a form for one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {}, {"fields": []})
        tokenizer = self._tokenizer
        if not tokenizer.chat_template:
            begin = tokenizer.bos_token_id is not None and tokenizer("a").input_ids[0] == tokenizer.bos_token_id
            tokenizer.chat_template = ("{{ bos_token }}" if begin else "") + AS_IT_IS


class Comparing:
    """`{"text"}` of each text in; out, of each its `likeness` to every text in order.

    Likeness is the cosine of the mean of a text's last vectors, from -1 to 1, as sentence encoders are trained.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = base.tokenizer_in(folder)
        model: Any = AutoModel.from_pretrained(folder, dtype=torch.float32)
        self._places = base.places_of(model.config, self._tokenizer)
        self._model = (model.get_encoder() if model.config.is_encoder_decoder else model).eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        if not LEAST <= len(rows) <= MOST:
            raise refusal(N_("Between %(least)s and %(most)s texts are compared at a time."), least=LEAST, most=MOST)
        vectors = torch.cat([self._vector(text_in(row, ())) for row in rows])
        return [{"likeness": near} for near in (vectors @ vectors.T).clamp(-1, 1).tolist()]

    def warn(self, rows: list[Row]) -> list[list[Row]]:
        """Of a text that is longer than what the model takes in, that the rest was not read."""
        return [list(self._cut(text_in(row, ()))) for row in rows]

    def _cut(self, text: str) -> Iterator[Row]:
        tokens = len(self._tokenizer(text).input_ids)
        if tokens > self._places:
            told = N_("Only the first %(most)s of the text's %(tokens)s tokens were read; the model takes no more in.")
            yield {"text": told, "params": {"most": self._places, "tokens": tokens}}

    def _vector(self, text: str) -> Tensor:
        """One at a time: what fills rows up would cost more than it saves among texts of different lengths."""
        found = self._tokenizer(text, truncation=True, max_length=self._places, return_tensors="pt")
        tokens, mask = found["input_ids"], found["attention_mask"]
        if set(tokens[0].tolist()) <= set(self._tokenizer.all_special_ids):
            raise refusal(N_("The model knows none of the words in “%(words)s”."), words=text.strip()[:SHOWN])
        last: Tensor = self._model(input_ids=tokens, attention_mask=mask).last_hidden_state
        vector = torch.nn.functional.normalize(last.double().mean(1), dim=1)
        if not vector.isfinite().all():
            raise refusal(N_("The input is beyond all that the model can compute with."))
        return vector
