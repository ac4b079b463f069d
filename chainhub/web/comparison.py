"""A model's versions side by side: their scores, and what was done differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.datasets.knowing import some_of
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.naming import hidden_from
from chainhub.registry import scores
from chainhub.registry.ingredients import parameter_titles
from chainhub.registry.models import ModelVersion
from chainhub.registry.scores import Score
from chainhub.web.evaluations import format_of

MOST = 20


@dataclass(frozen=True)
class Cell:
    """A score, and whether no other version has a better one."""

    score: Score
    format: str
    best: bool


@dataclass(frozen=True)
class Column:
    """A version."""

    version: ModelVersion
    cells: list[Cell]


@dataclass(frozen=True)
class Difference:
    """A setting in which the versions are not all the same."""

    name: str
    values: list[str]


@dataclass(frozen=True)
class Comparison:
    """The newest versions, newest first."""

    metrics: list[str]
    columns: list[Column]
    differences: list[Difference]
    curve: dict[str, Any] | None


def comparison(received: QuerySet[ModelVersion], *, reader: User) -> Comparison:
    """Read without the bulk of each evaluation."""
    versions = list(
        received.defer("config", "preprocessing", "evaluation")
        .annotate(measured=F("evaluation__overall__metrics"))
        .select_related("job__organization")
        .prefetch_related("aliases", "job__inputs__version__dataset__organization")[:MOST]
    )
    measured = [{name: Score.of(entry) for name, entry in (version.measured or {}).items()} for version in versions]
    names = scores.in_order(measured[0]) if measured else []
    columns = [
        Column(version, [_cell(name, index, measured) for name in names]) for index, version in enumerate(versions)
    ]
    titles = [scores.metric_title(name) for name in names]
    return Comparison(titles, columns, _differences(versions, reader), _curve(versions))


def _cell(name: str, index: int, measured: list[dict[str, Score]]) -> Cell:
    score = measured[index].get(name, Score(None))
    others = [one[name].value for place, one in enumerate(measured) if place != index and name in one]
    known = [value for value in others if value is not None]
    best = bool(known) and not any(scores.is_better(other, score.value, name) for other in known)
    return Cell(score, format_of(name), best and score.value is not None)


def _differences(versions: Sequence[ModelVersion], reader: User) -> list[Difference]:
    titles = parameter_titles(versions[0].job.recipe) if versions else {}
    hidden = hidden_from(reader, [version.job for version in versions])
    settings = [_settings(version, {one.pk for one in hidden[version.job.pk]}) for version in versions]
    names = dict.fromkeys(name for one in settings for name in one)
    found = [Difference(titles.get(name, name), [str(one.get(name, "–")) for one in settings]) for name in names]
    return [one for one in found if len(set(one.values)) > 1]


def _settings(version: ModelVersion, hidden: set[int]) -> dict[str, Any]:
    job = version.job
    inputs = sorted(_named(one.version, hidden) for one in job.inputs.all())
    return {
        _("Data"): ", ".join(inputs),
        **job.parameters,
        _("Seed"): job.seed,
        _("Recipe version"): job.recipe_version,
    }


def _named(version: DatasetVersion, hidden: set[int]) -> str:
    if version.dataset_id in hidden:
        return render(some_of(version.dataset))
    return f"{version.dataset.name} v{version.number}"


def _curve(versions: Sequence[ModelVersion]) -> dict[str, Any] | None:
    metric = versions[0].primary_metric if versions else ""
    points = [[one.number, one.primary_value] for one in reversed(versions) if one.primary_metric == metric]
    if len(points) < 2:  # noqa: PLR2004 (a line has two ends)
        return None
    series = [{"name": scores.metric_title(metric), "points": points}]
    return {
        "x": {"label": _("Version")},
        "y": {"label": scores.metric_title(metric), "format": format_of(metric)},
        "series": series,
    }
