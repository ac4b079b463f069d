"""What the predictions would have earned: long where they speak for a rise, else out of the market.

Each moment of the held-out part, which is later than all that the model learnt from, the same money is in every traded
thing of which there is a row; a change of position costs its share. Beside it stands buying all on the first day and
holding it. Sharpe ratios (Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21, 1994) are without a riskless
rate. Days are not independent, so intervals are those of the stationary bootstrap (Politis and Romano, The Stationary
Bootstrap, JASA 89, 1994): blocks of days, of the third root of their number on average, the same for both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.contract import JobSpec
from trainer.data.columns import Bools, Column, Floats, Ints, Numbers
from trainer.data.target import Target
from trainer.evaluation.trades import FEWEST, Trades
from trainer.evaluation.walking import blocks_of
from trainer.metrics import Judged
from trainer.recipes.program import Source
from trainer.seeding import numpy_generator

POINTS, APART = 250, 20  # of a curve; moments between points of it where rows may not be seen
NOTHING = 1e-15  # a spread that is rounding
WORK, AT_ONCE = 4_000_000, 1_000_000  # resamples × moments: of all, and of those held in memory
TOO_CLOSE, SURE = 0.5, 50  # rank correlation of a field with the return of the same row; rows that tell it
YEAR = 365.25 * 86_400
Series = tuple[Floats, Floats]  # returns of the model and of holding, by moment


def trading(
    judged: Judged, source: Source, trades: Trades, rows: Ints, spec: JobSpec, *, viewable: Bools,
    cost: float, per_year: float, samples: int,
) -> dict[str, Any]:  # fmt: skip
    """`rows` are the judged ones; `viewable` is by organization. Empty with too few moments."""
    known = np.flatnonzero(~np.isnan(trades.returns[rows]))
    own, chosen = source.owner[rows[known]], rows[known]
    long = positions(judged.at(known), source.target, trades, first=float(trades.times.values[rows].min()))
    per_year = per_year or _per_year(trades, chosen)

    def told(inside: Bools, *, shown: bool) -> dict[str, Any] | None:
        series = _earned(trades, own[inside], chosen[inside], long[inside], cost)
        if len(series[0]) < FEWEST:
            return None
        found = measured(series, per_year, samples, spec.seed)
        points = curve(series, 1 if shown else APART)
        return {**found, "rows": int(inside.sum()), "invested": float(long[inside].mean()), "points": points}

    overall = told(np.ones(len(chosen), bool), shown=bool(viewable.all()))
    if overall is None:
        return {}
    parts = {
        slug: told(own == place, shown=bool(viewable[place]))
        for place, slug in enumerate(p.slug for p in source.parties)
    }
    moments, hidden = np.unique(trades.times.values[chosen]), spec.split.time in spec.masked
    series = _earned(trades, own, chosen, long, cost)
    walked = [] if hidden or not viewable.all() else blocks_of(series, moments, trades, spec)
    return {
        "trading": {
            "cost": cost,
            "per_year": per_year or None,
            "span": None if hidden else [trades.times.said(float(value)) for value in moments[[0, -1]]],
            "overall": overall,
            "organizations": [{"organization": slug, **found} for slug, found in parts.items() if found],
            **({"blocks": walked} if walked else {}),
        }
    }


def _earned(trades: Trades, owner: Ints, rows: Ints, long: Bools, cost: float) -> Series:
    """Of an organization's traded things each is one of its own."""
    things = owner * (2 + int(trades.instruments.max())) + trades.instruments[rows] + 1
    return both(trades.times.values[rows], things, trades.returns[rows], long, cost)


def positions(judged: Judged, target: Target, trades: Trades, first: float) -> Bools:
    """Whether to be long in each row: a predicted number above 0, or the class that used to come with higher returns.

    Which class that is, is learnt from before the first held-out moment.
    """
    if judged.task != "classification":
        return judged.predicted.reshape(len(judged), -1)[:, 0] > 0  # of a forecast its first step
    past = (trades.times.values < first) & ~np.isnan(trades.returns)
    told = [trades.returns[past & (target.values == place)] for place in range(2)]
    means = [returns.mean() if len(returns) else 0.0 for returns in told]  # of a class that is new, nothing is known
    rise = int(means[1] >= means[0])
    return judged.predicted[:, rise] > 1 / 2


def both(times: Floats, things: Ints, returns: Floats, long: Bools, cost: float) -> Series:
    """By moment, what the model's positions and holding returned after costs, on the mean over traded things.

    Nothing loses more than itself, whatever it cost to buy.
    """
    order = np.lexsort((times, things))
    begins = np.r_[True, np.diff(things[order]) > 0]
    place = np.searchsorted(np.unique(times), times[order])
    counts = np.bincount(place)
    series = []
    for held in (long[order].astype(float), np.ones(len(order))):
        before = np.where(begins, 0.0, np.r_[0.0, held[:-1]])
        net = np.maximum(held * returns[order] - cost * np.abs(held - before), -1.0)
        series.append(np.bincount(place, net) / counts)
    return series[0], series[1]


def measured(series: Series, per_year: float, samples: int, seed: int) -> dict[str, Any]:
    """Sharpe ratio, largest drawdown and total return of both, with 95 % intervals of the first two."""
    ratios, falls = _resampled(series, per_year, samples, seed)
    found: dict[str, Any] = {"moments": len(series[0])}
    for name, one, ratio, fall in zip(("model", "hold"), series, ratios, falls, strict=True):
        found[name] = {
            "sharpe": _entry(float(sharpe(one[None], per_year)[0]), ratio),
            "drawdown": _entry(float(drawdown(one[None])[0]), fall),
            "total": float(np.prod(1 + one) - 1),
        }
    ahead = found["model"]["sharpe"]["value"], found["hold"]["sharpe"]["value"]
    found["ahead"] = _entry(np.nan if None in ahead else ahead[0] - ahead[1], ratios[0] - ratios[1])
    return found


def _resampled(series: Series, per_year: float, samples: int, seed: int) -> Floats:
    """Measures (Sharpe ratio, drawdown) × series × resamples; the same blocks for both."""
    moments = len(series[0])
    samples = max(100, min(samples, WORK // moments))
    generator, chunk = numpy_generator(seed, "blocks", moments), max(1, AT_ONCE // moments)
    found = []
    for begin in range(0, samples, chunk):
        drawn = blocks(moments, min(chunk, samples - begin), generator)
        each = [one[drawn] for one in series]
        found.append([[sharpe(one, per_year) for one in each], [drawdown(one) for one in each]])
    return np.concatenate(found, axis=2)


def sharpe(returns: Floats, per_year: float) -> Floats:
    """Of each row of returns; NaN where they do not vary. Of one period where periods per year are not known (0)."""
    spread = returns.std(axis=1, ddof=1)
    safe = np.where(spread > NOTHING, spread, np.nan)
    found: Floats = returns.mean(axis=1) / safe * np.sqrt(per_year or 1.0)
    return found


def drawdown(returns: Floats) -> Floats:
    """Of each row of returns: the largest share of what was once there that was lost again."""
    worth = np.cumprod(1 + returns, axis=1)
    highest = np.maximum(np.maximum.accumulate(worth, axis=1), 1.0)
    found: Floats = (1 - worth / highest).max(axis=1)
    return found


def blocks(moments: int, samples: int, generator: np.random.Generator) -> Ints:
    """Resamples × moments: runs that begin anywhere, go on around the end, and are of geometrical lengths."""
    begins = generator.random((samples, moments)) < 1 / max(1.0, moments ** (1 / 3))
    begins[:, 0] = True
    starts = generator.integers(0, moments, (samples, moments))
    since = np.maximum.accumulate(np.where(begins, np.arange(moments), 0), axis=1)
    found: Ints = (np.take_along_axis(starts, since, axis=1) + np.arange(moments) - since) % moments
    return found


def curve(series: Series, step: int) -> list[list[float]]:
    """[moments that passed, worth of one unit under the model, worth held], never closer than `step`.

    Nor is the last one closer to the end, whose worth follows from the total.
    """
    worth = [np.r_[1.0, np.cumprod(1 + one)] for one in series]
    end = len(worth[0]) - 1
    places = np.arange(0, end + 1, max(step, -(-len(worth[0]) // POINTS)))
    places = places[(end - places >= step) | (places == end)]
    return [[int(p), round(float(worth[0][p]), 6), round(float(worth[1][p]), 6)] for p in places]


def too_close(columns: dict[str, Column], returns: Floats) -> list[str]:
    """Fields of numbers that go with the return of the same row as no field does that was known before it."""
    found = []
    for name, column in columns.items():
        if not isinstance(column, Numbers):
            continue
        known = ~np.isnan(column.values) & ~np.isnan(returns)
        ranks = [_ranks(values[known]) for values in (column.values, returns)]
        if known.sum() >= SURE and min(rank.std() for rank in ranks) > 0:
            correlation = float(np.asarray(np.corrcoef(ranks))[0, 1])
            found += [name] if abs(correlation) > TOO_CLOSE else []
    return found


def _ranks(values: Floats) -> Floats:
    """Equal values share the middle of their places."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    found: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return found


def _per_year(trades: Trades, rows: Ints) -> float:
    """Moments of a year by the dates; 0 where there are no dates."""
    moments = np.unique(trades.times.values[rows])
    if not trades.times.dates or len(moments) < 2:  # noqa: PLR2004
        return 0.0
    return float((len(moments) - 1) / ((moments[-1] - moments[0]) / YEAR))


def _entry(value: float, drawn: Floats) -> dict[str, float | None]:
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not len(drawn):
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist()
    return {"value": float(value), "low": low, "high": high}
