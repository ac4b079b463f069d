"""A published search: a question in, sources out, best first, or the refusal to answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import AutoModel

from trainer.asking import text_in
from trainer.contract import N_
from trainer.measures.retrieval import FOUND
from trainer.recipes.fine_tune import base
from trainer.recipes.retrieval_qa.nearness import vectors
from trainer.recipes.retrieval_qa.reading import encoded
from trainer.recipes.retrieval_qa.reasons import read, why
from trainer.serving import UNREADABLE, Row, json_in, refusal

SNIPPET = """\
import json, torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer
model, tokenizer = AutoModel.from_pretrained("."), AutoTokenizer.from_pretrained(".")
passages, known = json.load(open("passages.json")), load_file("passages.safetensors")["vectors"]
asked = tokenizer("Your question here.", truncation=True, max_length={length}, return_tensors="pt")
with torch.no_grad():
    mean = model(asked.input_ids, attention_mask=asked.attention_mask).last_hidden_state.mean(1)
near = known @ torch.nn.functional.normalize(mean, dim=1)[0]
for place in near.topk(min(5, len(near))).indices.tolist():
    print(round(float(near[place]), 3), passages[place]["source"], passages[place]["title"])
"""


class Searcher:
    """`{"text"}` in; `{"sources", "refused"}` out, and where it refused the limit and how near the nearest was."""

    explained = 8  # rows of a request, from the first

    def __init__(self, folder: Path, preprocessing: Row) -> None:
        self._tokenizer, self._length = base.tokenizer_in(folder), preprocessing["length"]
        self._names = [field["name"] for field in preprocessing["fields"]]
        self._limit = preprocessing.get("refused_below")
        self._passages: Any = json_in(folder, "passages.json")
        try:
            self._known = load_file(folder / "passages.safetensors")["vectors"]
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise refusal(UNREADABLE, reason=str(error)[:200]) from None
        self._model: Any = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        return [self._found(text_in(row, self._names)) for row in rows]

    def explain(self, rows: list[Row]) -> list[Any]:
        """Of each source which words made it like the question; None where nothing was found.

        And where the tokenizer does not know where in a text its tokens stand.
        """
        fast = self._tokenizer.is_fast
        return [self._why(text_in(row, self._names)) if fast else None for row in rows[: self.explained]]

    @torch.no_grad()
    def _why(self, text: str) -> Row | None:
        sources = self._found(text)["sources"]
        if not sources:
            return None
        asked, *passages = (
            read(self._model, self._tokenizer, one, self._length) for one in (text, *(item["text"] for item in sources))
        )
        return why(asked, passages, self._known.mean(0))

    @torch.no_grad()
    def _found(self, text: str) -> Row:
        tokens = torch.tensor(encoded(self._tokenizer, [text], self._length))
        if not self._passages:  # none may be seen by all
            return {"sources": [], "refused": True}
        near = self._known @ vectors(self._model, tokens)[0]
        if not near.isfinite().all():
            raise refusal(N_("The input is beyond all that the model can compute with."))
        best = near.topk(min(FOUND, len(near)))
        sources = [
            {**self._passages[place], "score": score}
            for place, score in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]
        if self._limit is not None and sources[0]["score"] < self._limit:
            return {"sources": [], "refused": True, "limit": self._limit, "nearest": sources[0]["score"]}
        return {"sources": sources, "refused": False}
