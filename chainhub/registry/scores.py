"""What `evaluation.json` says, as the card, the pages and the notices tell it.

Its shape is the trainer's: overall, weighted, and for each organization its `own` held-out part and the `common` one
of everybody, each with the scores of the model trained `alone` and of the one trained `together`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Json = Mapping[str, Any]
SMALL, MOST_PLACES = 0.1, 9

TITLES: dict[str, Promise] = {
    "accuracy": _("Accuracy"),
    "balanced_accuracy": _("Balanced accuracy"),
    "f1": _("F1 score"),
    "roc_auc": _("ROC AUC"),
    "average_precision": _("Average precision (mAP)"),
    "log_loss": _("Log loss"),
    "rmse": _("Root mean squared error"),
    "mse": _("Mean squared error"),
    "mae": _("Mean absolute error"),
    "r2": _("R²"),
    "concordance": _("Concordance"),
    "smape": _("Symmetric percentage error (sMAPE)"),
    "median_ape": _("Median percentage error"),
    "skill": _("Skill over the better simple forecast"),
    "bits_per_byte": _("Bits per byte"),
    "perplexity": _("Perplexity"),
    "token_accuracy": _("Tokens guessed right"),
    "bleu": _("BLEU"),
    "chrf": _("chrF"),
    "psnr": _("Peak signal-to-noise ratio (dB)"),
    "psnr_gain": _("Gain over the noisy picture (dB)"),
    "ssim": _("Structural similarity (SSIM)"),
    "map_50": _("Mean average precision at half overlap (mAP@0.5)"),
    "map_40": _("Mean average precision at 0.4 overlap (mAP@0.4)"),
    "map_50_95": _("Mean average precision, overlaps of 0.5 to 0.95 (COCO)"),
    "box_precision": _("Right boxes among those found"),
    "box_recall": _("Found boxes among the right ones"),
    "frechet_distance": _("Fréchet distance"),
    "recall_at_1": _("Right source first"),
    "recall_at_5": _("Right source among the first five"),
    "mrr": _("Mean reciprocal rank"),
    "judged_score": _("Inception score, by a judge of this data"),
}
IN_UNITS = {"rmse", "mae"}
LOWER_IS_BETTER = {
    "log_loss",
    "rmse",
    "mse",
    "mae",
    "bits_per_byte",
    "perplexity",
    "frechet_distance",
    "smape",
    "median_ape",
}


def metric_title(name: str, unit: str = "") -> str:
    """The metric's name for people, with the target's unit where it is measured in it."""
    title = str(TITLES.get(name, name))
    return f"{title} ({unit})" if unit and name in IN_UNITS else title


def higher_is_better(name: str) -> bool:
    """The direction of a metric."""
    return name not in LOWER_IS_BETTER


def written(value: float | None) -> str:
    """Three decimals, as scores stand below one another; three digits where those would tell next to nothing."""
    if value is None:
        return "–"
    places = 2 - math.floor(math.log10(abs(value))) if 0 < abs(value) < SMALL else 3
    return f"{value:.{min(places, MOST_PLACES)}f}"


@dataclass(frozen=True)
class Score:
    """A measured value with its 95 % interval; None where it could not be measured, with the reason."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @classmethod
    def of(cls, entry: Json | None) -> "Score":
        entry = entry or {}
        return cls(entry.get("value"), entry.get("low"), entry.get("high"), entry.get("reason") or "")

    def overlaps(self, other: "Score") -> bool:
        """Whether the two could be the same for all that was measured."""
        if None in (self.low, self.high, other.low, other.high):
            return True
        return bool(self.low <= other.high and other.low <= self.high)  # type: ignore[operator]


@dataclass(frozen=True)
class Standing:
    """One organization's scores in one metric."""

    slug: str
    name: str
    train_rows: int
    test_rows: int
    own_alone: Score
    own_together: Score
    common_alone: Score
    common_together: Score
    higher_is_better: bool

    @property
    def gain(self) -> float | None:
        """What training together brought on its own held-out rows, positive when it is better."""
        return _gain(self.own_alone, self.own_together, better=self.higher_is_better)

    @property
    def common_gain(self) -> float | None:
        """The same on everybody's held-out rows."""
        return _gain(self.common_alone, self.common_together, better=self.higher_is_better)

    @property
    def is_clear(self) -> bool:
        """Whether the difference on its own rows is more than chance would make."""
        return not self.own_alone.overlaps(self.own_together)


def _gain(alone: Score, together: Score, *, better: bool) -> float | None:
    if alone.value is None or together.value is None:
        return None
    return (together.value - alone.value) * (1 if better else -1)


def task_of(evaluation: Json, config: Json) -> str:
    """`classification`, `regression` or `language`."""
    return str(evaluation.get("task") or config.get("task") or "")


def primary_name(evaluation: Json) -> str:
    """The metric by which versions are compared."""
    return str((evaluation.get("primary_metric") or {}).get("name") or "")


def primary_of(evaluation: Json) -> tuple[str, float | None]:
    """The primary metric and its value over all held-out rows."""
    name = primary_name(evaluation)
    return name, overall(evaluation).get(name, Score(None)).value


def overall(evaluation: Json) -> dict[str, Score]:
    """Every metric over all held-out rows."""
    metrics = (evaluation.get("overall") or {}).get("metrics") or {}
    return {name: Score.of(entry) for name, entry in metrics.items()}


def in_order(names: Iterable[str]) -> list[str]:
    """As they stand in `TITLES`, others by name: PostgreSQL keeps names in an order of its own."""
    places = {name: place for place, name in enumerate(TITLES)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def told(evaluation: Json, unit: str = "") -> list[tuple[str, str, Score]]:
    """(name, title, score) of everything over all held-out rows, and of how near written texts came."""
    measured = overall(evaluation)
    found = [(name, metric_title(name, unit), measured[name]) for name in in_order(measured)]
    written = evaluation.get("written") or {}
    for name, entry in (written.get("scores") or {}).items():
        title = metric_title(name)
        if rows := written.get("rows"):  # fewer than were held out
            title = str(_("%(metric)s (texts written: %(rows)s)") % {"metric": title, "rows": rows})
        found.append((name, title, Score.of(entry)))
    return found


def test_rows(evaluation: Json) -> int:
    """How many rows were held out in all."""
    return int((evaluation.get("overall") or {}).get("rows") or 0)


def weighted(evaluation: Json, metric: str = "") -> tuple[float | None, float | None]:
    """Alone and together: the mean over organizations on their own held-out rows, weighted by rows."""
    metric = metric or primary_name(evaluation)
    means = evaluation.get("weighted") or {}
    alone, together = (means.get(series) or {} for series in ("alone", "together"))
    return alone.get(metric), together.get(metric)


def standings(evaluation: Json, metric: str = "") -> list[Standing]:
    """Each organization in one metric, the primary one where none is named."""
    metric = metric or primary_name(evaluation)
    return [_standing(entry, metric) for entry in evaluation.get("organizations") or ()]


def _standing(entry: Json, metric: str) -> Standing:
    def score(part: str, series: str) -> Score:
        return Score.of(((entry.get(part) or {}).get(series) or {}).get(metric))

    rows = entry.get("rows") or {}
    return Standing(
        slug=str(entry.get("organization") or ""),
        name=str(entry.get("name") or entry.get("organization") or ""),
        train_rows=int(rows.get("train") or 0),
        test_rows=int(rows.get("test") or 0),
        own_alone=score("own", "alone"),
        own_together=score("own", "together"),
        common_alone=score("common", "alone"),
        common_together=score("common", "together"),
        higher_is_better=higher_is_better(metric),
    )


def has_baselines(evaluation: Json) -> bool:
    """Whether models trained alone were made to compare with."""
    return any(one.own_alone.value is not None or one.common_alone.value is not None for one in standings(evaluation))


def judged_by_others(evaluation: Json) -> bool:
    """Whether every organization's rows were judged by a model of the others alone."""
    return (evaluation.get("split") or {}).get("kind") == "organization"


def is_better(value: float | None, than: float | None, metric: str) -> bool:
    """Whether one value of a metric beats another."""
    if value is None or than is None:
        return False
    return value > than if higher_is_better(metric) else value < than


def common_mean(evaluation: Json, metric: str = "") -> tuple[float | None, float | None]:
    """Alone and together on everybody's held-out rows: the plain mean over organizations, each trained alone."""
    found = standings(evaluation, metric)
    alone = [one.common_alone.value for one in found if one.common_alone.value is not None]
    together = next((one.common_together.value for one in found if one.common_together.value is not None), None)
    return (sum(alone) / len(alone) if alone else None), together
