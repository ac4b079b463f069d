"""A fine-tuned model that writes answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from trainer.asking import text_in
from trainer.recipes.fine_tune import base, dialogue
from trainer.seeding import derive
from trainer.serving import Row
from trainer.words import LOOKED_AT, by_word, of_answer
from trainer.writing import LIKELIEST, Writes, asked_in

SEEN = 256  # tokens of a question, when it is told why


class Answering(Writes):
    """Answers to questions, the likeliest unless a temperature is asked for."""

    explained = 2

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        super().__init__()
        self._tokenizer = base.tokenizer_in(folder)
        self._names = [field["name"] for field in preprocessing["fields"]]
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        self._model = model.eval().requires_grad_(requires_grad=False)
        self._places = base.places_of(self._model.config, self._tokenizer)

    def written(self, row: Row) -> list[int]:
        asked = dialogue.prompt_of(self._tokenizer, text_in(row, self._names)) or [self._tokenizer.eos_token_id]
        length, temperature, seed = asked_in(row, 0.0)
        asked = asked[-max(self._places - length, self._places // 2) :]  # as in training, the end of a long question
        torch.manual_seed(derive(seed, "writing"))
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

    def read(self, row: Row, written: list[int]) -> str:
        return str(self._tokenizer.decode(written, skip_special_tokens=True)).strip()

    def weighed(self, row: Row, written: list[int]) -> Row | None:
        """What a conversation's form adds to the question stays as it is."""
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
