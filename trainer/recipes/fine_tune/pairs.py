"""Pairs of texts for a base model that makes one of the other, as its tokens of both."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from transformers import GenerationConfig

from trainer.contract import N_, JobSpec
from trainer.data.lines import Collecting
from trainer.data.reading import Party
from trainer.data.spill import Spill, growing
from trainer.data.target import Target
from trainer.data.texts import Excerpts, batches_of, check_pairs, chosen_fields, known_by, text_fields
from trainer.failures import TrainingError
from trainer.recipes.fine_tune import base
from trainer.recipes.fine_tune.reading import Rows
from trainer.recipes.program import Tell


def start_of(folder: Path, tokenizer: Any) -> int:
    """The token with which every answer begins, and which is never written; the first of both files that says it."""
    found = None
    with contextlib.suppress(OSError):
        found = GenerationConfig.from_pretrained(folder).decoder_start_token_id
    if found is None:  # older models say it there alone
        found = getattr(base.config_in(folder), "decoder_start_token_id", None)
    return int(tokenizer.pad_token_id if found is None else found)


def pairs(
    spec: JobSpec, length: int, parties: list[Party], tokenizer: Any, spill: Spill | None, tell: Tell, start: int
) -> Rows:  # fmt: skip
    """What stands in the fields, and the target that is to be made of it; pairs without one of them are left out."""
    fields = chosen_fields(spec, parties, tell) if spec.fields else text_fields(parties, [spec.target])[:1]
    if not fields:
        raise TrainingError(
            "data",
            N_("This base model makes one text of another, and no field is chosen from which it could."),
            N_("Choose the field in which the text stands, or a base model that writes by itself."),
        )
    first, second = Collecting(spill, writes=False), Collecting(spill, writes=False)
    excerpts, sizes, counts = Excerpts(spill), growing(np.float64, None), []
    text_of, seen = growing(np.int64, None), dict[bytes, int]()
    for party in parties:
        counts.append(0)
        for batch in _pairs_of(party, [*fields, spec.target]):
            asked, told = ([pair[side] for pair in batch] for side in (0, 1))
            first.add(tokenizer(asked, truncation=True, max_length=length).input_ids)
            answers = tokenizer(text_target=told, truncation=True, max_length=length).input_ids
            second.add([[start, *tokens] for tokens in answers])
            read = tokenizer.batch_decode(answers, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            sizes.add(np.array([len(text.encode()) for text in read], np.float64))
            excerpts.add(batch)
            text_of.add(np.array([seen.setdefault(known_by(text), len(seen)) for text in asked], np.int64))
            counts[-1] += len(batch)
        check_pairs(party, counts[-1], tell)
    owner, target = np.repeat(np.arange(len(parties)), counts), Target("language", [], sizes.whole())
    texts = first.whole(), fields, excerpts.closed(), second.whole()
    return Rows(np.empty(0, np.int64), owner, target, *texts, text_of=text_of.whole())


def _pairs_of(party: Party, names: list[str]) -> Iterator[list[tuple[str, str]]]:
    for batch in batches_of([party], names):
        both = [("\n".join(before).strip(), told.strip()) for *before, told in batch]
        if own := [pair for pair in both if all(pair)]:
            yield own
