"""What a scenario is: a text in both languages, a recipe, and real data on which it was tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from chainhub.jobs.units import labelled
from chainhub.registry.scores import TITLES, higher_is_better
from chainhub.scenarios.samples import SAMPLES, Part, SampleSet

Text = str | Promise
Parameters = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What another method reached on the same data, in the metric of `evaluation.json`.

    `part` is where to look: "overall", "alone" or "together" for the weighted mean over organizations, "written", or
    "unseen:" and one of the sample's parts for the rows of its organization.
    """

    metric: str
    value: float
    method: Text
    part: str = "overall"

    @property
    def lower_is_better(self) -> bool:
        return not higher_is_better(self.metric)

    @property
    def title(self) -> Text:
        """The metric as people call it."""
        return TITLES.get(self.metric, self.metric)


def reached_by(method: Text, *, part: str = "overall", **values: float) -> tuple[Baseline, ...]:
    """Baselines of one method: its value in each metric."""
    return tuple(Baseline(metric=metric, value=value, method=method, part=part) for metric, value in values.items())


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A training on real data, launched from the scenario's page and by `manage.py scenarios`.

    `recipe` and `parameters` are the scenario's where nothing is said. `parts` names the sample's parts that are
    trained on, all that are not held out where it is empty; `base` is one of `scenarios.bases.CARRIED`.
    """

    slug: str
    sample: str
    title: Text
    target: str = ""
    recipe: str = ""
    parameters: Parameters | None = None
    fields: tuple[str, ...] = ()
    split: Parameters = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    base: str = ""
    metric: str = ""  # the one that the profession looks at first; the task's main one where nothing is said
    baselines: tuple[Baseline, ...] = ()
    caveat: Text = ""
    minutes: int = 1  # on two cores of a laptop, roughly

    @property
    def data(self) -> SampleSet:
        return SAMPLES[self.sample]

    @property
    def brought(self) -> list[Part]:
        """The parts that are trained on, one of each partner."""
        wanted = self.parts
        return [one for one in self.data.parts if (one.slug in wanted if wanted else not one.held_out)]

    @property
    def foretold(self) -> str:
        """The target's name, with the unit of its numbers."""
        name = self.target or self.data.target
        return labelled(name, str(self.data.fields.get(name, {}).get("unit") or ""))

    @property
    def rows(self) -> int:
        """Of all these parts together."""
        return sum(part.rows for part in self.brought)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One purpose; `recipe` names the training recipe that serves it, `parameters` what differs from its defaults."""

    slug: str
    title: Text
    summary: Text
    industry: Text
    recipe: str
    task: str
    picture: str
    brings: Text
    receives: Text
    limits: Text
    duties: Text
    parameters: Parameters = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()

    def get_absolute_url(self) -> str:
        return reverse("web:scenario", args=[self.slug])

    def settings_of(self, trial: Trial) -> dict[str, Any]:
        """What a job of that trial is launched with, besides its data."""
        return {
            "recipe": trial.recipe or self.recipe,
            "parameters": dict(self.parameters if trial.parameters is None else trial.parameters),
            "target": trial.target or trial.data.target,
            **({"fields": list(trial.fields)} if trial.fields else {}),
            **({"split": dict(trial.split)} if trial.split else {}),
        }
