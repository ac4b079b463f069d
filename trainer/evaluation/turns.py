"""Rows of every organization in turn, so that those that are looked at are of as many as there are."""

from __future__ import annotations

import numpy as np

from trainer.data.columns import Ints


def in_turn(owner: Ints) -> Ints:
    """Places of rows whose owners these are: each organization's first, then each one's second, and so on."""
    turn = np.empty(len(owner), np.int64)
    for place in np.unique(owner):
        turn[owner == place] = np.arange(int((owner == place).sum()))
    return np.argsort(turn, kind="stable")
