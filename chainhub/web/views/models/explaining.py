"""The tab that says what a model looks at, where it fails and for whom."""

from typing import Any

from chainhub.registry import scores
from chainhub.registry.models import Model, ModelVersion
from chainhub.web import evaluations
from chainhub.web.explaining import absent, curves, failing, looking, showing
from chainhub.web.explaining.distances import distances
from chainhub.web.explaining.scorecard import lending
from chainhub.web.explaining.trading import trading
from chainhub.web.http import SignedInRequest


def explanation(
    _request: SignedInRequest, _model: Model, version: ModelVersion, _versions: list[ModelVersion]
) -> dict[str, Any]:
    """Each part is None or empty where the evaluation has none; `absent` then says why."""
    evaluation = version.evaluation
    organizations = evaluations.colours_of(evaluation)
    texts = version.preprocessing.get("kind") == "text"
    return {
        "explained": absent.has_any(evaluation),
        "told_of": organizations.get(str(evaluation.get("told_of"))),
        "absent": absent.why_absent(version),
        "metric": scores.metric_title(scores.primary_name(evaluation), version.unit),
        "by_organization": looking.importance_by_organization(evaluation, organizations),
        "dependence": looking.partial_dependence(evaluation, organizations, version.unit),
        "heat": looking.class_heat(evaluation),
        "terms": looking.terms(evaluation),
        "slices": failing.slices(evaluation, organizations),
        "examples": failing.examples(evaluation, organizations),
        "groups": failing.groups(evaluation),
        "interval": failing.interval(evaluation, organizations),
        "written": failing.written(evaluation, organizations),
        "distances": distances(evaluation, organizations),
        "trading": trading(evaluation, organizations),
        **lending(evaluation),
        "detections": showing.detections(evaluation, organizations),
        "restored": showing.restored(evaluation, organizations),
        "created": showing.created(evaluation),
        "ahead": showing.ahead(evaluation, organizations, version.unit),
        "retrieved": showing.retrieved(evaluation),
        "noise": curves.noise(evaluation),
        "gaps": None if texts else curves.gaps(evaluation),
        "words": curves.words_left_out(evaluation) if texts else None,
        "pr": curves.precision_recall(evaluation),
        "precision": curves.precision_by_owner(evaluation, organizations),
        "mean_precision": curves.mean_precision(evaluation),
        "gain": curves.gain(evaluation),
        "separation": curves.separation(evaluation),
        "lift": curves.lift(evaluation),
        "surprise": curves.surprise(evaluation),
    }
