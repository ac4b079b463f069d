"""A model's page: one version at a time, in tabs that live in the address."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from chainhub.core.sentences import render as render_sentence
from chainhub.jobs.catalogue import title_of
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.queueing import LONG
from chainhub.jobs.terms import why_kept
from chainhub.registry import card, permissions, scores
from chainhub.registry.duties import duties_with_model
from chainhub.registry.limits import limits_of
from chainhub.registry.models import Alias, Model, ModelVersion
from chainhub.repositories.models import Blob
from chainhub.repositories.storage import DamagedBlobError, open_blob
from chainhub.web import evaluations
from chainhub.web.comparison import comparison
from chainhub.web.forms.models import AliasForm
from chainhub.web.http import SignedInRequest
from chainhub.web.lineage import known_ingredients, lineage
from chainhub.web.snippets import snippets
from chainhub.web.views.models.asking import trying
from chainhub.web.views.models.explaining import explanation
from chainhub.web.views.models.finding import chosen_version, visible_model, visible_versions, with_everything

# What the list of versions needs; scores and settings of a version fill a hundred kilobytes.
LIGHT = ("number", "model", "created_at", "primary_metric", "primary_value")
TABS = ("overview", "explanation", "try", "use", "card", "files", "lineage", "versions")
LARGEST_TEXT = 256 * 2**10
NOTEBOOK = "reproduce/notebook.ipynb"


@login_required
@require_safe
def model(request: SignedInRequest, organization: str, slug: str) -> HttpResponse:
    """`?version=3` or `?version=champion`, `?tab=files`."""
    found = visible_model(request.user, organization, slug)
    received = visible_versions(request.user, found)
    versions = list(received.only(*LIGHT))
    aliases = list(Alias.objects.filter(model=found, version__in=versions).order_by("name"))
    names = {alias.name: next(one.number for one in versions if one.pk == alias.version_id) for alias in aliases}
    chosen = chosen_version(versions, request.GET.get("version", ""), names)
    tab = request.GET.get("tab", TABS[0])
    if chosen is None or tab not in TABS:
        raise Http404
    version = with_everything(received, chosen)
    kept = render_sentence(why_kept(request.user, version.job))
    context = {
        "model": found,
        "version": version,
        "versions": versions,
        "aliases": aliases,
        "tab": tab,
        "recipe": title_of(found.recipe),
        "kept": kept,
        "duties": [] if kept else duties_with_model(request.user, version.job),
        "may_curate": permissions.may_curate(request.user, found),
        "live_topics": found.topic,
        **CONTEXTS[tab](request, found, version, versions),
    }
    return render(request, "web/models/detail.html", context)


@login_required
@require_safe
def news(request: SignedInRequest, organization: str, slug: str) -> HttpResponse:
    """Fetched by an open page when something happened: a version newer than `?seen=`, if there is one."""
    found = visible_model(request.user, organization, slug)
    seen = request.GET.get("seen", "")
    newest = visible_versions(request.user, found).only(*LIGHT)[0]
    newer = newest if seen.isdecimal() and newest.number > int(seen) else None
    return render(request, "web/models/_news.html", {"model": found, "newer": newer})


def _overview(_request: SignedInRequest, _model: Model, version: ModelVersion, versions: list[ModelVersion]) -> Any:
    evaluation = version.evaluation
    organizations = evaluations.colours_of(evaluation)
    return {
        "verdicts": evaluations.verdicts(evaluation),
        "has_baselines": scores.has_baselines(evaluation),
        "own": evaluations.alone_and_together(evaluation, organizations, part="own"),
        "common": evaluations.alone_and_together(evaluation, organizations, part="common"),
        "each": evaluations.of_each(evaluation, organizations),
        "unseen": scores.judged_by_others(evaluation),
        "metric": scores.metric_title(scores.primary_name(evaluation), version.unit),
        "overall": evaluations.overall_rows(evaluation, version.unit),
        "test_rows": scores.test_rows(evaluation),
        "limits": limits_of(evaluation),
        "confusion": evaluations.confusion(evaluation),
        "roc": evaluations.roc(evaluation),
        "calibration": evaluations.calibration(evaluation),
        "scatter": evaluations.predicted_against_actual(evaluation, version.unit),
        "errors": evaluations.errors(evaluation, version.unit),
        "importance": evaluations.importance(evaluation),
        "curves": evaluations.curves(evaluation),
        "receivers": [share.organization for share in version.shares.select_related("organization")],
        "better": _better_than(version, versions),
    }


def _better_than(version: ModelVersion, versions: list[ModelVersion]) -> ModelVersion | None:
    """A later version that scores better, if there is one: the reader may want that."""
    better = [
        one
        for one in versions
        if one.number > version.number
        and scores.is_better(one.primary_value, version.primary_value, version.primary_metric)
    ]
    return better[0] if better else None


def _use(request: SignedInRequest, _model: Model, version: ModelVersion, _versions: list[ModelVersion]) -> Any:
    wanted = version.commit.files.filter(path__in=(card.EXAMPLE, NOTEBOOK)).select_related("blob")
    files = {entry.path: entry.blob for entry in wanted}
    text = _text(files[card.EXAMPLE]) if card.EXAMPLE in files else ""
    shown = snippets(version, example=text, address=request.build_absolute_uri("/").rstrip("/"))
    return {"snippets": shown, "reproducible": NOTEBOOK in files}


def _card(_request: SignedInRequest, model: Model, version: ModelVersion, _versions: list[ModelVersion]) -> Any:
    readme = card.README.get(get_language() or "", card.README["en"])
    written = version.commit.files.filter(path=readme).select_related("blob").first()
    return {
        "edits": list(model.card_edits.select_related("author")[:20]),
        "written": card.body_of(_text(written.blob)) if written else "",
    }


def _files(_request: SignedInRequest, _model: Model, version: ModelVersion, _versions: list[ModelVersion]) -> Any:
    entries = list(version.commit.files.select_related("blob"))
    sums = "\n".join(f"{entry.blob.sha256}  {entry.path}" for entry in entries)
    total = sum(entry.blob.size for entry in entries)
    return {"files": entries, "total": total, "sums": sums}


def _lineage(request: SignedInRequest, _model: Model, version: ModelVersion, _versions: list[ModelVersion]) -> Any:
    known = known_ingredients(version, reader=request.user)
    received = ModelVersion.objects.visible_to(request.user)
    return {
        "lineage": lineage(version, known, reader=request.user),
        "ingredients": known,
        "clones": list(version.job.clones.filter(model_version__in=received).defer(*LONG)),
        "heirs": list(TrainingJob.objects.visible_to(request.user).filter(base__maker=version.job_id).defer(*LONG)),
    }


def _versions(request: SignedInRequest, model: Model, version: ModelVersion, versions: list[ModelVersion]) -> Any:
    return {
        "comparison": comparison(visible_versions(request.user, model), reader=request.user),
        "alias_form": AliasForm(numbers=[one.number for one in versions], initial={"version": version.number}),
        "alias_url": reverse("web:model-alias-set", args=[model.organization.slug, model.slug]),
    }


def _text(blob: Blob) -> str:
    """A small text file; its bytes never change, so the first reader pays for all (a number can be given again)."""
    if blob.size > LARGEST_TEXT:
        return ""
    key = f"text:{blob.pk}:{blob.sha256}"
    text: str | None = None if blob.lost else cache.get(key)
    if text is None:
        try:
            with open_blob(blob) as file:
                text = file.read().decode("utf-8", errors="replace")
        except DamagedBlobError as damage:
            return str(damage)
        cache.set(key, text, 3600)
    return text


CONTEXTS = {
    "overview": _overview,
    "explanation": explanation,
    "try": trying,
    "use": _use,
    "card": _card,
    "files": _files,
    "lineage": _lineage,
    "versions": _versions,
}
