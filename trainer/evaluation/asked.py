"""Texts that a trained model is asked about again, and how many of them there is time for."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch

from trainer.data.columns import Ints
from trainer.data.feed import Inputs
from trainer.evaluation.seen import Seen

STEP_PASSES, SHARE_OF_TRAINING = 3, 0.05  # passes through the layers that a row of a step takes: forwards and back
LITTLE_WORK = 8e11  # multiplications: a quarter of a minute of a core, for texts as long as the model reads at most


@runtime_checkable
class OfTexts(Protocol):
    """A preparation of texts that can be changed and encoded again."""

    def texts(self, rows: Ints) -> list[str]:
        """What is read of each of those rows; several fields one after the other."""

    def of_texts(self, texts: list[str], device: torch.device) -> Inputs:
        """Such texts as the network takes them."""


@runtime_checkable
class Spanned(OfTexts, Protocol):
    """One whose tokens are pieces of the text as it is written."""

    def spans(self, texts: list[str]) -> list[list[tuple[int, int]]]:
        """Where each token of each text begins and ends, in letters; (0, 0) for what is no part of it.

        Nothing where the tokenizer cannot tell.
        """


def affordable(seen: Seen, passes: int) -> int:
    """How many rows may be asked so many times: for a twentieth of the training's work, or for little work.

    Arithmetic, no clock: every process of a job must find the same.
    """
    trained = STEP_PASSES * len(seen.learner.train) * seen.learner.epochs
    little = LITTLE_WORK / max(1, seen.learner.network.multiplications)
    return int(max(SHARE_OF_TRAINING * trained, little) / passes)
