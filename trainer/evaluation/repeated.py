"""Held-out rows that look to the model like rows that it learnt from: scores on them tell little about new ones.

Rows, pictures and texts that stand in the data twice may fall on both sides of the split. Rows are compared as the
network takes them, by a sum of all their numbers with weights of 64 bits: two different rows with the same sum do not
occur in practice.

Where not everyone may see all, rows are compared with their own organization's alone: by rows that one guesses, the
count would tell which of them another has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from trainer.contract import N_, Log
from trainer.data.columns import Ints
from trainer.data.feed import Feed
from trainer.evaluation.seen import Seen
from trainer.recipes.program import Tell
from trainer.seeding import numpy_generator

MOST = 200_000_000  # numbers that are read for it
ROWS, NUMBERS = 1024, 2_000_000  # that are read at a time, at most: rows of texts, pixels of pictures
Sums = npt.NDArray[np.uint64]


def repeated(seen: Seen, learnt: Ints, tell: Tell) -> dict[str, Any]:
    """How many of the held-out rows look like one of `learnt`; nothing where that would be long to find out."""
    width = _width(seen.feed, seen.rows) if len(seen.rows) else 0
    if not len(seen.rows) or width * (len(learnt) + len(seen.rows)) > MOST:
        return {}
    if not seen.spec.is_open and seen.spec.split.by_organization:  # no two rows of one are on both sides
        return {}
    at_once = max(1, min(ROWS, NUMBERS // max(1, width)))
    known, asked = (_sums(seen.feed, rows, at_once) for rows in (learnt, seen.rows))
    text = N_("%(count)s of %(rows)s held-out rows look to the model like rows that it learnt from.")
    if not seen.spec.is_open:
        known, asked = known + _marks(seen, learnt), asked + _marks(seen, seen.rows)
        text = N_("%(count)s of %(rows)s held-out rows look to the model like their own organization's that it learnt.")
    count = int(np.isin(asked, known).sum())
    if count:
        tell(Log(level="info", text=text, params={"count": count, "rows": len(asked)}))
    return {"repeated": {"rows": count, "of": len(asked)}}


def _marks(seen: Seen, rows: Ints) -> Sums:
    """Other ones for each organization's rows, so that only those of one are alike."""
    marks = numpy_generator(2, "rows").integers(1, 2**63, len(seen.names())).astype(np.uint64)
    found: Sums = marks[seen.source.owner[rows]]
    return found


def _width(feed: Feed, rows: Ints) -> int:
    return sum(part[0].numel() for part in feed.take(torch.from_numpy(rows[:1]).to(feed.device)) if part is not None)


def _sums(feed: Feed, rows: Ints, at_once: int) -> Sums:
    parts = (rows[begin : begin + at_once] for begin in range(0, len(rows), at_once))
    found = [_sum(*feed.take(torch.from_numpy(part).to(feed.device))) for part in parts]
    return np.concatenate(found)


def _sum(numbers: Tensor, codes: Tensor | None) -> Sums:
    """Rows of texts are filled up to the longest beside them: nothing that fills up counts, be it 0 or less."""
    if codes is not None and codes.dtype is torch.bool:
        numbers = numbers * codes
    whole = np.zeros(len(numbers), np.uint64)
    for place, part in enumerate((numbers, codes)):
        if part is not None and part.numel():
            told = part if part.is_floating_point() or part.dtype is torch.bool else part.clamp(min=0)
            bits = (told.float() + 0.0).cpu().numpy().reshape(len(part), -1).view(np.uint32)  # -0.0 is 0.0
            weights = numpy_generator(place, "rows").integers(1, 2**63, bits.shape[1]).astype(np.uint64)
            whole += (bits * weights).sum(1, dtype=np.uint64)
    return whole
