"""A published model that makes one text of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import M2M100Config, M2M100ForConditionalGeneration

from trainer.asking import text_in
from trainer.data.tokens import FILL, end_of
from trainer.seeding import derive
from trainer.serving import Row, weights_in
from trainer.words import LOOKED_AT, by_word, of_answer
from trainer.writing import LIKELIEST, Writes, asked_in


class Translator(Writes):
    """The likeliest of several answers that were followed at a time, unless a temperature is asked for."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        super().__init__()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._names = [field["name"] for field in preprocessing["fields"]]
        self._length, self._beams = preprocessing["length"], preprocessing["beams"]
        self._end = end_of(self._tokenizer)
        known = M2M100Config().to_dict()
        model: Any = M2M100ForConditionalGeneration(
            M2M100Config(**{name: value for name, value in config.items() if name in known})
        )
        model.load_state_dict(weights_in(folder), strict=False)  # the same table of tokens stands there once
        model.tie_weights()
        self._model = model.eval().requires_grad_(requires_grad=False)

    def _read(self, row: Row) -> list[int]:
        return cut(self._tokenizer.encode(text_in(row, self._names)).ids, self._length, self._end)

    @torch.no_grad()
    def written(self, row: Row) -> list[int]:
        read, (length, temperature, seed) = torch.tensor([self._read(row)]), asked_in(row, 0.0)
        torch.manual_seed(derive(seed, "writing"))
        how = {"temperature": temperature, "top_k": LIKELIEST} if temperature else {"num_beams": self._beams}
        found = self._model.generate(
            input_ids=read, attention_mask=torch.ones_like(read), do_sample=bool(temperature),
            max_new_tokens=min(length, self._length), suppress_tokens=[self._tokenizer.token_to_id(FILL)], **how,
        )  # fmt: skip
        told: list[int] = [token for token in found[0, 1:].tolist() if token]
        return told[: told.index(self._end)] if self._end in told else told

    def read(self, row: Row, written: list[int]) -> str:
        return str(self._tokenizer.decode(written, skip_special_tokens=True)).strip()

    def weighed(self, row: Row, written: list[int]) -> Row | None:
        """The words of the text, and how much likelier each made what was written."""
        text = text_in(row, self._names)
        read, said = self._tokenizer.encode(text), [self._end, *written[:LOOKED_AT]]
        seen = torch.tensor(read.ids[: self._length])
        if len(said) == 1 or len(seen) <= 1:
            return None
        table: Any = self._model.get_input_embeddings()
        scale = self._model.config.d_model**0.5

        def vectors(tokens: Tensor) -> Tensor:
            found: Tensor = table.weight[tokens] * scale
            return found

        def following(at: Tensor) -> Tensor:
            """Of the text and what was written of the answer, only the latter's logits mean anything."""
            asked, begun = at[:, : len(seen)], at[:, len(seen) :]
            first = vectors(torch.tensor([self._end])).expand(len(at), 1, -1)
            logits: Tensor = self._model(
                inputs_embeds=asked, decoder_inputs_embeds=torch.cat([first, begun], 1), use_cache=False
            ).logits
            return torch.nn.functional.pad(logits, (0, 0, len(seen) - 1, 0))

        tokens = torch.tensor(said[1:])
        weights = of_answer(
            following, vectors(seen), vectors(torch.zeros_like(seen)), vectors(tokens), tokens,
            weights=self._model.num_parameters(),
        )  # fmt: skip
        return {"tokens": by_word(text, read.offsets[: len(seen)], weights)}


def cut(tokens: list[int], length: int, end: int) -> list[int]:
    """A longer text is read as far as that, and closed."""
    return tokens if len(tokens) <= length else [*tokens[: length - 1], end]
