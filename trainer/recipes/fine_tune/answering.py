"""A fine-tuned model that writes answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from trainer.asking import number_in, text_in
from trainer.recipes.fine_tune import base, dialogue
from trainer.seeding import derive
from trainer.serving import Row
from trainer.words import LOOKED_AT, by_word, of_answer

USUAL, MOST, LIKELIEST = 60, 500, 50  # tokens; and among how many each is drawn
EXPLAINED, SEEN = 2, 256  # rows of a request; tokens of a question


class Answering:
    """`{"text", "length", "temperature", "seed"}` in, `{"text"}` out."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        self._tokenizer = base.tokenizer_in(folder)
        self._names = [field["name"] for field in preprocessing["fields"]]
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval().requires_grad_(requires_grad=False)
        self._places = base.places_of(self._model.config, self._tokenizer)
        self._last: tuple[list[Row], list[list[int]]] = [], []  # what was asked last, and what was written

    def predict(self, rows: list[Row]) -> list[Row]:
        self._last = rows, [self._written(row) for row in rows]
        return [{"text": self._tokenizer.decode(said, skip_special_tokens=True).strip()} for said in self._last[1]]

    def explain(self, rows: list[Row]) -> list[Any]:
        """The words of each question, and how much likelier each made the answer; of the first rows only."""
        if self._last[0] is not rows:
            self.predict(rows)
        told = [self._weighed(row, said) for row, said in zip(rows[:EXPLAINED], self._last[1], strict=False)]
        return [*told, *[None] * (len(rows) - len(told))]

    def _written(self, row: Row) -> list[int]:
        asked = dialogue.prompt_of(self._tokenizer, text_in(row, self._names)) or [self._tokenizer.eos_token_id]
        length = int(number_in(row, "length", USUAL, 1, MOST))
        asked = asked[-max(self._places - length, self._places // 2) :]  # as in training, the end of a long question
        temperature = number_in(row, "temperature", 0.0, 0.0, 5.0)
        torch.manual_seed(derive(int(number_in(row, "seed", 0, 0, 2**53)), "writing"))
        drawn = {"temperature": temperature, "top_k": LIKELIEST} if temperature else {}
        written = self._model.generate(
            torch.tensor([asked]),
            attention_mask=torch.ones(1, len(asked), dtype=torch.long),
            max_new_tokens=min(length, self._places - len(asked)),
            pad_token_id=self._tokenizer.pad_token_id,
            do_sample=bool(temperature),
            **drawn,
        )
        found: list[int] = written[0, len(asked) :].tolist()
        return found

    def _weighed(self, row: Row, written: list[int]) -> Row | None:
        """None where nothing was written. What a conversation's form adds to the question stays as it is."""
        question = text_in(row, self._names)
        text = dialogue.prompt_text(self._tokenizer, question)
        found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        begin = text.find(question.strip())
        until = begin + len(question.strip()) if begin >= 0 else 0
        own = [start < until and stop > begin for start, stop in found.offset_mapping]
        said = [token for token in written[:LOOKED_AT] if token not in self._tokenizer.all_special_ids]
        most = min(SEEN, self._places - len(said))
        if not said or not any(own):
            return None
        tokens, seen = torch.tensor(said), torch.tensor(found.input_ids[-most:])
        empty = torch.where(torch.tensor(own[-most:]), self._tokenizer.pad_token_id, seen)
        vectors = self._model.get_input_embeddings()
        weights = of_answer(
            self._following,
            vectors(seen),
            vectors(empty),
            vectors(tokens),
            tokens,
            weights=self._model.num_parameters(),
        )
        weights = [0.0] * (len(own) - len(seen)) + weights
        kept = [(span, weight) for span, weight, mine in zip(found.offset_mapping, weights, own, strict=True) if mine]
        spans = [(max(0, start - begin), stop - begin) for (start, stop), _ in kept]
        return {"tokens": by_word(question.strip(), spans, [weight for _, weight in kept])}

    def _following(self, at: Tensor) -> Tensor:
        logits: Tensor = self._model(inputs_embeds=at).logits
        return logits
