"""The sections of a model card, each in the language that is active."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chainhub.core.sentences import render
from chainhub.jobs.catalogue import title_of
from chainhub.jobs.units import labelled
from chainhub.registry import scores, wording
from chainhub.registry.duties import sources_to_name
from chainhub.registry.ingredients import Ingredient, ingredients_below, ingredients_of, named_parameters
from chainhub.registry.limits import limits_of
from chainhub.registry.markup import cell, heading, plain, plain_sentence, table
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import Field, fields_of, is_image

MOST_FIELDS, MOST_VALUES = 100, 12
NOTES_BEGIN, NOTES_END = "<!-- notes -->", "<!-- end of notes -->"


def front_matter(version: ModelVersion) -> str:
    """YAML, written as JSON values, which are YAML too."""
    model = version.model
    kind = wording.pipeline(version)
    measured = [
        {"type": name, "value": score.value}
        for name, _title, score in scores.told(version.evaluation)
        if score.value is not None
    ]
    result = {
        "task": {"type": kind},
        "dataset": {"name": model.collaboration.name, "type": "private"},
        "metrics": measured,
    }
    head = {
        "language": ["en", "zh"],
        "library_name": wording.library(version),
        "pipeline_tag": kind,
        "tags": ["chainhub", model.recipe],
        "license": "other",
        "license_name": "usage-agreement",
        "model-index": [{"name": model.name, "results": [result]}],
    }
    return (
        "---\n" + "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()) + "\n---"
    )


def opening(version: ModelVersion) -> str:
    job, model = version.job, version.model
    predicts = wording.predicts(model.task) % {"target": plain(labelled(model.target, version.unit))}
    count = len(scores.standings(version.evaluation))
    together = (
        _("Trained by one organization in the collaboration “%(collaboration)s”: %(goal)s")
        if count == 1
        else _("Trained together by %(count)s organizations in the collaboration “%(collaboration)s”: %(goal)s")
    ) % {
        "count": count,
        "collaboration": plain(job.collaboration.name),
        "goal": plain(job.collaboration.goal),
    }
    return f"{predicts}{'' if predicts.endswith('。') else ' '}{together}"


def notes(version: ModelVersion) -> Iterator[str]:
    edit = version.model.card_edits.first()
    if edit is not None and edit.text:
        text = edit.text.replace("<!--", "&lt;!--")  # no mark of ours can come from a person
        title = heading(_("Notes"))
        yield f"{NOTES_BEGIN}\n{title}\n\n{text}\n{NOTES_END}"


def inputs(version: ModelVersion) -> Iterator[str]:
    yield heading(_("Input"))
    if is_image(version):
        channels, height, width = version.preprocessing.get("shape") or (1, 0, 0)
        kind = _("in grey") if channels == 1 else _("in colour")
        yield _("One picture of %(width)s × %(height)s pixels, %(kind)s.") % {
            "width": width,
            "height": height,
            "kind": kind,
        }
        return
    if said := wording.takes(version):
        yield said
        return
    rows = [[f"`{plain(field.name)}`", _usual(field)] for field in fields_of(version)]
    yield table([_("Field"), _("Usual values in the training part")], rows[:MOST_FIELDS])


def _usual(field: Field) -> str:
    if field.masked:
        return _("masked by its owner")
    if field.is_number:
        if field.low is None or field.high is None:
            return "–"
        low, high = f"{field.low:.4g}", f"{field.high:.4g}"
        return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    return plain(", ".join(field.values[:MOST_VALUES])) + (" …" if len(field.values) > MOST_VALUES else "")


def data(version: ModelVersion) -> Iterator[str]:
    yield heading(_("Data"))
    yield "\n".join([*wording.base(version), *(_ingredient(one) for one in ingredients_of(version.job))])
    if below := ingredients_below(version.job):
        yield _("What the base model had learnt from before, on the terms of its owners:")
        yield "\n".join(_ingredient(one) for one in below)
    if sources := sources_to_name(version.job):
        yield _("Whoever publishes or presents results names the source: %(owners)s.") % {
            "owners": plain(", ".join(sources))
        }
    if agreement := version.job.agreement:
        yield wording.agreed(version) % {"number": agreement.number, "sha256": f"`{agreement.sha256[:12]}`"}


def _ingredient(one: Ingredient) -> str:
    """One dataset version on one line."""
    source = (
        f"[{plain(one.source or one.source_url)}]({one.source_url})" if one.source_url else plain(one.source or "–")
    )
    said = _(
        "**%(organization)s**: %(dataset)s v%(number)s, %(rows)s rows, commit `%(commit)s`. Licence: %(licence)s. "
        "Source: %(source)s. %(terms)s"
    ) % {
        "organization": plain(one.organization.name),
        "dataset": plain(one.name),
        "number": one.number,
        "rows": "–" if one.rows is None else one.rows,
        "commit": one.commit_oid[:10],
        "licence": plain(one.licence or _("not stated")),
        "source": source,
        "terms": one.terms,
    }
    return f"- {said}"


def recipe(version: ModelVersion) -> Iterator[str]:
    job = version.job
    yield heading(_("Recipe"))
    split = version.evaluation.get("split") or job.split
    held = _held_out(split)
    yield _("%(title)s (`%(recipe)s`), version %(version)s, seed %(seed)s; %(split)s.") % {
        "title": title_of(job.recipe),
        "recipe": job.recipe,
        "version": job.recipe_version,
        "seed": job.seed,
        "split": held,
    }
    rows = [
        [f"{title} `{name}`".strip(), f"`{json.dumps(value, ensure_ascii=False)}`"]
        for title, name, value in named_parameters(job)
    ]
    if rows:
        yield table([_("Parameter"), _("Value")], rows)


def _held_out(split: Mapping[str, Any]) -> str:
    by = {
        "k-fold": _("%(folds)s-fold cross-validation"),
        "time": _("the latest %(share)s %% of all rows held out, by %(field)s"),
        "walk-forward": _("walk-forward over the latest %(share)s %% of all rows by %(field)s, in %(folds)s blocks"),
        "group-k-fold": _("%(folds)s-fold cross-validation with whole groups by %(field)s"),
        "group": _("whole groups by %(field)s held out, about %(share)s %% of all rows"),
        "organization": _("every organization held out once, whole, to try a model of all others on it"),
    }
    said = by.get(str(split.get("kind")), _("%(share)s %% of every organization's rows held out"))
    return said % {
        "share": round(100 * split.get("test_fraction", 0.2)),
        "field": plain(split.get("time") or split.get("group") or ""),
        "folds": split.get("folds"),
    }


def results(version: ModelVersion) -> Iterator[str]:
    evaluation, unit = version.evaluation, plain(version.unit)
    yield heading(_("Results"))
    yield _("Over all %(rows)s held-out rows, with 95 %% intervals:") % {"rows": scores.test_rows(evaluation)}
    rows = [[title, cell(score)] for _name, title, score in scores.told(evaluation, unit)]
    yield table([_("Metric"), _("Value")], rows)
    name = scores.metric_title(scores.primary_name(evaluation), unit)
    yield from _standings(evaluation, name)
    alone, together = scores.weighted(evaluation)
    if alone is not None and together is not None:
        yield _(
            "Mean over organizations on their own rows, weighted by rows: %(alone)s alone, %(together)s together."
        ) % {
            "alone": scores.written(alone),
            "together": scores.written(together),
        }


def _standings(evaluation: scores.Json, metric: str) -> Iterator[str]:
    """Every organization's scores; what it reached alone only where that was tried."""
    standings, own, everybody = scores.standings(evaluation), _("Own rows, together"), _("Everybody's rows, together")
    if scores.has_baselines(evaluation):
        said = _("%(metric)s of each organization, from its own data alone and together with the others:")
        head = [_("Own rows, alone"), own, _("Everybody's rows, alone"), everybody]
        cells: list[tuple[scores.Score, ...]] = [
            (one.own_alone, one.own_together, one.common_alone, one.common_together) for one in standings
        ]
    else:
        said, head = _("%(metric)s of each organization:"), [own, everybody]
        cells = [(one.own_together, one.common_together) for one in standings]
    yield said % {"metric": metric}
    rows = [
        [plain(one.name), str(one.test_rows), *map(cell, measured)]
        for one, measured in zip(standings, cells, strict=True)
    ]
    yield table([_("Organization"), _("Held out"), *head], rows)


def limits(version: ModelVersion) -> Iterator[str]:
    yield heading(_("Limits"))
    fixed = [
        *wording.cautions(version),
        _("The model knows only what was in the data above; for rows unlike them its answer is a guess."),
        _("A score is a mean over many rows. It does not say how sure the answer for one row is."),
    ]
    said = [render(one) for one in limits_of(version.evaluation)]
    yield "\n".join(f"- {plain_sentence(one)}" for one in [*said, *fixed])


def use(version: ModelVersion, example: str, *, noticed: bool) -> Iterator[str]:
    yield heading(_("How to use"))
    if noticed:
        yield _(
            "`BASE.md` says whose work the base model is and on which licence; keep it with every copy of these files."
        )
    yield wording.files(version)
    if example:
        yield f"```python\n{example.strip()}\n```"


def origin(version: ModelVersion) -> Iterator[str]:
    job = version.job
    when = job.finished_at or job.created_at
    yield heading(_("Origin"))
    yield _(
        "Training job %(job)s, proposed for %(organization)s, finished on %(date)s. What the owners approved has the "
        "fingerprint `%(hash)s`."
    ) % {
        "job": job.pk,
        "organization": plain(job.organization.name),
        "date": date_format(when, "Y-m-d"),
        "hash": job.spec_hash[:12],
    }
