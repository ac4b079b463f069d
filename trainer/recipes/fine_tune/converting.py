"""A fine-tuned model that makes one text of another, or a base model that does before any job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForSeq2SeqLM

from trainer.asking import text_in
from trainer.evaluation.attribution import Vectors
from trainer.recipes.fine_tune import base
from trainer.recipes.fine_tune.pairs import start_of
from trainer.seeding import derive
from trainer.serving import Row
from trainer.words import LOOKED_AT, by_word, of_answer
from trainer.writing import LIKELIEST, Writes, asked_in


class Converting(Writes):
    """The likeliest answer, unless a temperature is asked for."""

    explained = 2

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        super().__init__()
        self._tokenizer = base.tokenizer_in(folder)
        self._names = [field["name"] for field in preprocessing["fields"]]
        model: Any = base.read_or_tell(lambda: AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32))
        self._model = model.eval().requires_grad_(requires_grad=False)
        self._start = start_of(folder, self._tokenizer)
        most = base.places_of(self._model.config, self._tokenizer)
        self._length = min(most, preprocessing.get("length", most))

    def _read(self, row: Row) -> Any:
        text = text_in(row, self._names).strip()
        offsets = {"return_offsets_mapping": True} if self._tokenizer.is_fast else {}
        return self._tokenizer(text, truncation=True, max_length=self._length, **offsets)

    def written(self, row: Row) -> list[int]:
        read = torch.tensor([self._read(row).input_ids])
        length, temperature, seed = asked_in(row, 0.0)
        torch.manual_seed(derive(seed, "writing"))
        drawn = {"temperature": temperature, "top_k": LIKELIEST} if temperature else {}
        found = self._model.generate(
            input_ids=read, attention_mask=torch.ones_like(read), decoder_start_token_id=self._start,
            eos_token_id=self._tokenizer.eos_token_id, pad_token_id=self._tokenizer.pad_token_id,
            do_sample=bool(temperature), max_new_tokens=min(length, self._length), **drawn,
        )  # fmt: skip
        told: list[int] = found[0, 1:].tolist()
        end = self._tokenizer.eos_token_id
        return told[: told.index(end)] if end in told else told

    def read(self, row: Row, written: list[int]) -> str:
        return str(self._tokenizer.decode(written, skip_special_tokens=True)).strip()

    def weighed(self, row: Row, written: list[int]) -> Row | None:
        """The words of the text, and how much likelier each made what was written."""
        found, said = self._read(row), written[:LOOKED_AT]
        seen = torch.tensor(found.input_ids)
        if not said or not self._tokenizer.is_fast:
            return None
        marks = torch.tensor([token in self._tokenizer.all_special_ids for token in found.input_ids])
        encoder, tokens = self._model.get_encoder(), torch.tensor(said)
        reads, writes = (Vectors(part.get_input_embeddings()) for part in (encoder, self._model.get_decoder()))
        begins = torch.tensor([self._start])

        def following(at: Tensor) -> Tensor:
            """Of the text and what was written of the answer, only the latter's logits mean anything."""
            asked, begun = at[:, : len(seen)], at[:, len(seen) :]
            with reads.taking(asked):  # in the layer's place: what a model does with its vectors it does with these
                known = encoder(input_ids=seen[None])
            with writes.taking(torch.cat([writes.of(begins)[None], begun], 1)):
                told = torch.cat([begins, tokens[:-1]])[None]
                logits: Tensor = self._model(encoder_outputs=known, decoder_input_ids=told, use_cache=False).logits
            return torch.nn.functional.pad(logits, (0, 0, len(seen) - 1, 0))

        empty = torch.where(marks, seen, self._tokenizer.pad_token_id)
        weights = of_answer(
            following, reads.of(seen), reads.of(empty), writes.of(tokens), tokens, weights=self._model.num_parameters()
        )
        kept = zip(found.offset_mapping, weights, marks.tolist(), strict=True)
        own = [(span, weight) for span, weight, mark in kept if not mark]
        text = text_in(row, self._names).strip()
        return {"tokens": by_word(text, [tuple(span) for span, _ in own], [weight for _, weight in own])}
