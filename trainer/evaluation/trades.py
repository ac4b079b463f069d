"""What a back-test needs beside predictions: when each row was, what it returned, and of which traded thing it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.contract import N_, JobSpec, SpecError, Split
from trainer.data.columns import Column, Floats, Ints, Numbers
from trainer.data.reading import read_parties
from trainer.data.rows import field_of, labelled
from trainer.data.splits import parts_of
from trainer.data.target import Target, known
from trainer.data.times import Times, times_of
from trainer.failures import TrainingError
from trainer.recipes.parameters import TrainingParameters

FEWEST = 20  # moments of a back-test
MOST = 600.0  # the logarithm of how many times a unit of money may grow; e to it is nearly all that a float holds


@dataclass(frozen=True)
class Trades:
    """Of every row that has a target."""

    times: Times
    returns: Floats  # of one unit of money until the next row; NaN where not known
    instruments: Ints  # a number for each traded thing, within its organization
    asked_by: str = "returns"  # the setting that asks for the back-test


def trades_of(spec: JobSpec, parameters: TrainingParameters) -> Trades | None:
    """None where no back-test is asked for. SpecError or TrainingError where it would tell nothing, or too much."""
    field = str(getattr(parameters, "returns", ""))
    if not field:
        return None
    if not spec.split.timed:
        raise SpecError(
            N_("A back-test needs a split by time: any other model has learnt from days that it is then judged on."),
            field="returns",
        )
    if field in spec.masked:
        text = N_("“%(field)s” is masked, and a back-test would show its values.")
        raise SpecError(text, {"field": field}, field="returns")
    returns = _read(spec, field)
    if not isinstance(returns, Numbers) or np.isnan(returns.values).all():
        raise SpecError(N_("“%(field)s” holds no returns."), {"field": field}, field="returns")
    name = str(getattr(parameters, "instrument", ""))
    told = np.zeros(len(returns.values), np.int64) if not name else _told_apart(spec, name)
    trades = Trades(times_of(spec, spec.split.time), returns.values, told)
    check_returns(field, trades)
    _check_single(spec, trades)
    return trades


def check_target(target: Target, trades: Trades, split: Split) -> None:
    """SpecError where a prediction cannot speak for a rise or against it, or where nothing could judge it."""
    if target.task == "classification" and len(target.labels) != 2:  # noqa: PLR2004 - a rise or none
        raise SpecError(N_("A back-test needs a target of numbers or of two classes."), field=trades.asked_by)
    parts = parts_of(trades.times.values, split)
    if not parts:
        return  # there is nothing to hold out, which ends every job
    moments, known = trades.times.values, ~np.isnan(trades.returns)
    test = np.concatenate([part.test for part in parts])
    count = len(np.unique(moments[test][known[test]]))
    if count < FEWEST:
        text = N_("A back-test needs %(least)s held-out moments with a return; there are %(count)s.")
        raise SpecError(text, {"least": FEWEST, "count": count}, field=trades.asked_by)
    if target.task == "classification" and not known[moments < moments[test].min()].any():
        text = N_("No return is known before the held-out part, so nothing tells which class stands for a rise.")
        raise SpecError(text, field=trades.asked_by)


def owners(spec: JobSpec) -> Ints:
    """The place of each such row's organization."""
    fields = None if spec.split.time == spec.target else (spec.split.time,)
    return labelled(read_parties(spec.model_copy(update={"fields": fields})), spec.target, lambda _: None).owner


def _read(spec: JobSpec, field: str) -> Column | None:
    parties = read_parties(spec.model_copy(update={"fields": None if field == spec.target else (field,)}))
    column = field_of(parties, field)
    return None if column is None else column.take(labelled(parties, spec.target, lambda _: None).rows)


def _told_apart(spec: JobSpec, name: str) -> Ints:
    column = _read(spec, name)
    if column is None or not known(column).any():
        raise SpecError(N_("“%(field)s” tells no traded things apart."), {"field": name}, field="instrument")
    if isinstance(column, Numbers):
        return np.unique(column.values, return_inverse=True)[1].astype(np.int64)
    return column.codes


def check_returns(field: str, trades: Trades) -> None:
    """SpecError where one loses more than itself; whoever held the best would still own a sum that can be written."""
    if (trades.returns < -1).any():
        text = N_("“%(field)s” holds %(value)s, but nothing loses more than itself: 0.01 stands for 1 %%.")
        raise SpecError(text, {"field": field, "value": f"{np.nanmin(trades.returns):.4g}"}, field=trades.asked_by)
    moments, places = np.unique(trades.times.values, return_inverse=True)
    best = np.zeros(len(moments))
    np.maximum.at(best, places, np.nan_to_num(trades.returns))
    if np.log1p(best).sum() > MOST:
        text = N_("“%(field)s” holds %(value)s and multiplies money beyond counting: 0.01 stands for 1 %%.")
        raise SpecError(text, {"field": field, "value": f"{best.max():.4g}"}, field=trades.asked_by)


def _check_single(spec: JobSpec, trades: Trades) -> None:
    """What a position costs follows from the one before it, so two rows of one thing at one moment make no sense."""
    rows = np.stack([owners(spec).astype(float), trades.instruments.astype(float), trades.times.values])
    if len(np.unique(rows, axis=1).T) < rows.shape[1]:
        raise TrainingError(
            "data",
            N_("At one moment of “%(field)s” an organization has several rows of the same traded thing."),
            N_("Name the field that tells traded things apart, or leave out the repeated rows."),
            field=spec.split.time,
        )
