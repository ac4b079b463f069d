"""Texts of which some tokens are hidden, always the same ones of the same rows: they follow from the seed alone.

Of the hidden ones eight in ten become the token that says so, one in ten some other token, and one in ten stays, as in
BERT. That they stay hidden for good, so that every model is judged by the same guesses, costs little (Liu et al.,
RoBERTa, 2019, table 1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.contract import N_
from trainer.data.columns import Ints
from trainer.data.lines import Collecting, Encoded
from trainer.data.reading import Party
from trainer.data.spill import Spill, growing
from trainer.data.target import Target
from trainer.data.texts import batches_of, known_by
from trainer.failures import TrainingError
from trainer.recipes.fine_tune.converted import NONE
from trainer.seeding import numpy_generator

SAID, OTHER = 0.8, 0.9  # below: the token that says so; from there on below: another; above: itself


@dataclass(frozen=True)
class Hidden:
    """Rows as they are shown, and what was hidden of them; the target are the bytes of that."""

    owner: Ints
    target: Target
    shown: Encoded
    wanted: Encoded
    text_of: Ints  # the same number for pieces of the same text


def hidden(
    parties: list[Party], field: str, tokenizer: Any, *, known: int, length: int, share: float, seed: int,
    spill: Spill | None,
) -> Hidden:  # fmt: skip
    """Long texts fall into several rows; those without a word are left out. The base model knows so many tokens."""
    shown, wanted = Collecting(spill, writes=False), Collecting(spill, writes=False)
    sizes, text_of, counts = growing(np.float64, None), growing(np.int64, None), []
    seen: dict[bytes, int] = {}
    known = min(known, len(tokenizer))
    for party in parties:
        random = numpy_generator(seed, "hidden", party.slug)
        counts.append(0)
        for texts in _texts(party, field):
            for one in texts:
                told = [_hide(row, tokenizer, known, share, random) for row in _rows(one, tokenizer, length)]
                rows = [row for row in told if row is not None]
                shown.add([row[0] for row in rows])
                wanted.add([row[1] for row in rows])
                sizes.add(np.array([row[2] for row in rows], np.float64))
                text_of.add(np.full(len(rows), seen.setdefault(known_by(one), len(seen))))
                counts[-1] += len(rows)
        if not counts[-1]:
            raise TrainingError(
                "data",
                N_("The base model knows no word in the texts of %(organization)s."),
                N_("Add texts, or choose the field in which they stand."),
                organization=party.name,
            )
    owner, target = np.repeat(np.arange(len(parties)), counts), Target("masked", [], sizes.whole())
    return Hidden(owner, target, shown.whole(), wanted.whole(), text_of.whole())


def _texts(party: Party, field: str) -> Iterator[list[str]]:
    for batch in batches_of([party], [field]):
        yield [text for (cell,) in batch if (text := cell.strip())]


def _rows(text: str, tokenizer: Any, length: int) -> Iterator[tuple[list[int], list[float]]]:
    """Its tokens, and the bytes that each stands for; those that are of one letter together stand for its bytes."""
    found = tokenizer(
        text, truncation=True, max_length=length, return_overflowing_tokens=True, return_offsets_mapping=True
    )
    for tokens, spans in zip(found.input_ids, found.offset_mapping, strict=True):
        shared = Counter(spans)
        yield tokens, [len(text[begin:end].encode(errors="replace")) / shared[begin, end] for begin, end in spans]


def _hide(
    row: tuple[list[int], list[float]], tokenizer: Any, known: int, share: float, random: np.random.Generator
) -> tuple[list[int], list[int], float] | None:
    """What is shown, what is hidden, and its bytes; None of a row in which nothing can be guessed."""
    tokens, sizes = np.array(row[0]), np.array(row[1])
    can = ~np.isin(tokens, tokenizer.all_special_ids)
    if not can.any():
        return None
    drawn = np.where(can, random.random(len(tokens)), 2.0)
    chosen = drawn < max(share, drawn.min() + 1e-12)  # one at least
    how, others = random.random(len(tokens)), random.integers(0, known, len(tokens))
    covered = np.where(how < SAID, tokenizer.mask_token_id, np.where(how < OTHER, others, tokens))
    told = np.where(chosen, covered, tokens).tolist(), np.where(chosen, tokens, NONE).tolist()
    return *told, float(sizes[chosen].sum())
