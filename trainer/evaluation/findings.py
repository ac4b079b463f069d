"""What a trained model shows of itself before its held-out rows are forgotten, and what their predictions show.

Of a k-fold every fold's model tells how important the fields are; one fold's tells the rest, since the published model
saw every row. All of it follows from the seed, and every process of a job finds the same.
"""

from __future__ import annotations

from typing import Any

from trainer.contract import JobSpec
from trainer.data.columns import Categories, Column, Ints
from trainer.evaluation.ahead import band, forecasts
from trainer.evaluation.approval import approval
from trainer.evaluation.conformal import interval
from trainer.evaluation.curves import gain, precision_recall
from trainer.evaluation.dependence import partial_dependence
from trainer.evaluation.distance import distances
from trainer.evaluation.examples import examples, samples, viewable
from trainer.evaluation.groups import groups
from trainer.evaluation.heat import class_heat
from trainer.evaluation.openings import openings
from trainer.evaluation.others import of_whom, shown
from trainer.evaluation.repeated import repeated
from trainer.evaluation.retrieved import refusal
from trainer.evaluation.robustness import robustness
from trainer.evaluation.scorecard import bad_place, scorecard
from trainer.evaluation.seen import Seen
from trainer.evaluation.slices import slices
from trainer.evaluation.terms import terms
from trainer.evaluation.trades import Trades
from trainer.evaluation.trading import too_close, trading
from trainer.explain import importance, summary
from trainer.measures.detection import curves as boxes_found
from trainer.metrics import Judged
from trainer.plan import Fit
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Source, Tell
from trainer.tasks import BY_ROW

Importance = dict[str, dict[str, list[float]]]


def importance_of(seen: Seen) -> Importance:
    """Of each field, on all held-out rows ("") and on each organization's."""
    return importance(
        seen.learner, seen.preparation, seen.feed, seen.source, seen.rows, metric=seen.metric, seed=seen.spec.seed
    )


def of_model(seen: Seen, fit: Fit, important: Importance, parameters: TrainingParameters, tell: Tell) -> dict[str, Any]:
    """Parts of `evaluation.json` for which the model is asked again, each about a number of rows of its own."""
    found = repeated(seen, fit.train, tell) | shown(seen) | of_whom(seen)
    found |= _interval(seen, fit) if seen.source.target.task == "regression" else {}
    found |= band(seen, fit.train, fit.validation) if seen.source.target.task == "forecast" else {}
    found |= refusal(seen, fit.validation) if seen.source.target.task == "retrieval" else {}
    if not parameters.explained or seen.source.target.task not in BY_ROW:
        return found
    ranked = [item["field"] for item in summary([important.get("", {})])]
    found |= robustness(seen) | partial_dependence(seen, ranked or list(seen.preparation.places()))
    if getattr(parameters, "scorecard", False):
        found |= scorecard(seen, fit.train, getattr(parameters, "bad_class", ""), ranked)
    return found | class_heat(seen) | distances(seen) | terms(seen)


def of_predictions(
    judged: Judged, source: Source, spec: JobSpec, parameters: TrainingParameters, rows: Ints, group: Categories | None
) -> dict[str, Any]:
    """Parts of `evaluation.json` that follow from the predictions of the held-out rows."""
    labels = source.target.labels
    found = _curves(judged, labels) if labels and len(judged) else {}
    slugs = [party.slug for party in source.parties]
    found |= slices(judged, _readable(source, spec, rows), source.owner[rows], slugs)
    found |= examples(judged, source, spec, rows) | samples(source, spec, rows) | openings(source, spec, rows)
    found |= forecasts(judged, source, spec, rows) if judged.task == "forecast" else {}
    found |= _traded(judged, source, spec, parameters, rows)
    if group is not None:
        field = str(getattr(parameters, "group_field", ""))
        column = group.take(rows)
        found |= groups(judged, field, column, parameters.bootstrap_samples, spec.seed)
        found["groups"] |= _approved(judged, source, parameters, column, found["groups"]["groups"])
    return found


def _approved(
    judged: Judged, source: Source, parameters: TrainingParameters, column: Categories, told: list[dict[str, Any]]
) -> dict[str, Any]:
    """Of two classes, whom of each group a decision by this model would approve."""
    if len(source.target.labels) != 2 or not told:  # noqa: PLR2004
        return {}
    chosen: Any = parameters
    bad, names = bad_place(source.target, chosen.bad_class), [one["value"] for one in told]
    return {"approval": approval(judged, column, names, bad, chosen.approved_share)}


def _curves(judged: Judged, labels: list[str]) -> dict[str, Any]:
    """Of kinds of rows, or of kinds of things in them."""
    if judged.task == "detection":
        return boxes_found(judged, labels)
    return precision_recall(judged, labels) | gain(judged, labels) if judged.task == "classification" else {}


def _traded(
    judged: Judged, source: Source, spec: JobSpec, parameters: TrainingParameters, rows: Ints
) -> dict[str, Any]:
    """The back-test, and what the model read that can hardly have been known beforehand."""
    trades: Trades | None = getattr(source, "trades", None)
    if trades is None:
        return {}
    chosen: Any = parameters
    found = trading(
        judged, source, trades, rows, spec, viewable=viewable(spec, source),
        cost=chosen.trading_cost, per_year=chosen.periods_per_year, samples=parameters.bootstrap_samples,
    )  # fmt: skip
    if found:
        columns = {name: column.take(rows) for name, column in getattr(source, "columns", {}).items()}
        found["trading"] |= {
            "returns": getattr(parameters, "returns", spec.target),
            "suspects": too_close(columns, trades.returns[rows]),
        }
    return found


def _interval(seen: Seen, fit: Fit) -> dict[str, Any]:
    if not len(fit.validation):
        return {}
    judged = [seen.judged(seen.inputs(rows), rows) for rows in (fit.validation, fit.test)]
    return interval(judged[0], judged[1], seen.source.owner[fit.test], seen.names())


def _readable(source: Source, spec: JobSpec, rows: Ints) -> dict[str, Column]:
    """Fields of which slices may be told; a classification's target among them."""
    prepared: Any = getattr(source, "columns", {})
    columns = {name: column.take(rows) for name, column in prepared.items()}
    if source.target.task == "classification":
        columns = {spec.target: Categories(source.target.values[rows].astype("int64"), source.target.labels)} | columns
    return {name: column for name, column in columns.items() if name not in spec.masked}
