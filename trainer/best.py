"""The weights that did best on the validation rows: `best.safetensors`, beside the checkpoint and replaced as it is.

It belongs to the model that a job publishes, with early stopping or without. While the job trains it holds what is
trained under its own names, and in its header the epoch and the loss; at the end it takes the form of
`model.safetensors`. It is told of as a file of its own only where the published weights are others.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from torch import Tensor

from trainer import checkpoint
from trainer.export import WEIGHTS
from trainer.learner import Learner
from trainer.network import views_of

NAME = "best.safetensors"


class Best:
    """Of one job, in its output folder."""

    def __init__(self, folder: str, *, leads: bool) -> None:
        """`leads` says whether this process writes; where weights are in shards the others lend theirs."""
        self._folder, self._leads = Path(folder), leads
        self._epoch = 0  # of the weights in the file, as far as this process knows

    def keep(self, learner: Learner) -> None:
        """Renew the file where the learner has better weights by now."""
        if learner.best_epoch in {0, self._epoch}:
            return
        self._epoch = learner.best_epoch
        whole = learner.network.whole(learner.best)
        if whole is not None and self._leads:
            weights = {name: view.clone() for name, view in views_of(whole, learner.network.shapes).items()}
            told = {"epoch": learner.best_epoch, "validation_loss": learner.best_loss}
            checkpoint.write(self._folder, weights, told, NAME)

    def is_published(self) -> None:
        """The published weights did best: the file is theirs under a second name."""
        new = self._folder / f"{NAME}.new"
        new.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.link(self._folder / WEIGHTS, new)
        if not new.exists():  # a file system without such names
            shutil.copyfile(self._folder / WEIGHTS, new)
        new.replace(self._folder / NAME)


def files(published: Tensor, better: Tensor | None) -> dict[str, Tensor]:
    """What a job leaves of weights, by the files that take them."""
    return {WEIGHTS: published} | ({} if better is None else {NAME: better})


def others(learner: Learner) -> bool:
    """Whether other weights did best than those that stay when training is over."""
    return 0 < learner.best_epoch < learner.epoch and not learner.parameters.early_stopping
