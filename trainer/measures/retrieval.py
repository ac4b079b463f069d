"""How well the right source is found among all: shares of questions, and their mean reciprocal rank (Voorhees, 1999).

Of each question is kept: the rank of its source (0 is first; what scores alike shares a rank), the best score, its
source's rank among those that a published model has, the loss, and the best score of all other sources. Best are those
of sources that a published model has.
"""

from __future__ import annotations

from collections.abc import Mapping

from trainer.data.columns import Floats
from trainer.measures.sums import mean
from trainer.metrics import Counts, Judged, Metric

RANK, BEST, PLACE, LOSS, OTHER = range(5)  # columns of what is kept
FOUND = 5  # the first so many sources are shown to people
HIGHER_IS_BETTER = {"recall_at_1": True, "recall_at_5": True, "mrr": True}


def recall_at_1(judged: Judged, counts: Counts) -> Floats:
    """Whose source is the first."""
    return mean((judged.predicted[:, RANK] < 1).astype(float), counts)


def recall_at_5(judged: Judged, counts: Counts) -> Floats:
    """Whose source is among the first five."""
    return mean((judged.predicted[:, RANK] < FOUND).astype(float), counts)


def mrr(judged: Judged, counts: Counts) -> Floats:
    """A source in second place counts a half, in third a third."""
    return mean(1 / (1 + judged.predicted[:, RANK]), counts)


METRICS: Mapping[str, Metric] = {"recall_at_1": recall_at_1, "recall_at_5": recall_at_5, "mrr": mrr}
