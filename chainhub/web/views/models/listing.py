"""The list of models: searched, filtered and sorted by its address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.jobs.catalogue import title_of
from chainhub.registry.models import Model, ModelShare, ModelVersion
from chainhub.web.evaluations import Verdict, verdict
from chainhub.web.forms.models import ModelFilter
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of
from chainhub.web.views.models.bases import bases_context

PER_PAGE = 24
FILTERS = ("q", "collaboration", "task")


@dataclass(frozen=True)
class Entry:
    """A model as the list shows it, with the newest version that the reader received."""

    model: Model
    version: ModelVersion
    recipe: str
    verdict: Verdict | None


@login_required
@require_safe
def models(request: SignedInRequest) -> HttpResponse:
    """Every model of which one of my organizations received a version."""
    visible = Model.objects.visible_to(request.user)
    collaborations = Collaboration.objects.filter(pk__in=visible.values("collaboration")).order_by("name")
    form = ModelFilter(request.GET or None, collaborations=collaborations)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = page_of(request, _filtered(_with_newest(visible, request.user), wanted), per=PER_PAGE)
    page.object_list = _entries(page.object_list)
    context = {"form": form, "page": page, "is_filtered": any(request.GET.get(name) for name in FILTERS)}
    return render(request, "web/models/index.html", {**context, **bases_context(request)})


def _with_newest(models: QuerySet[Model], user: User) -> QuerySet[Model]:
    received = ModelVersion.objects.visible_to(user).filter(model=OuterRef("pk")).order_by("-number")
    return models.select_related("organization", "collaboration").annotate(
        newest=Subquery(received.values("pk")[:1]),
        published_at=Subquery(received.values("created_at")[:1]),
        version_count=Count("versions"),
    )


def _filtered(models: Any, wanted: dict[str, Any]) -> Any:
    if text := wanted.get("q"):
        named = Q(name__icontains=text) | Q(organization__name__icontains=text) | Q(collaboration__name__icontains=text)
        models = models.filter(named)
    if collaboration := wanted.get("collaboration"):
        models = models.filter(collaboration=collaboration)
    if task := wanted.get("task"):
        models = models.filter(task=task)
    return models.order_by("name", "pk") if wanted.get("sort") == "name" else models.order_by("-published_at", "-pk")


def _entries(models: Iterable[Any]) -> list[Entry]:
    shown = list(models)
    versions = (
        ModelVersion.objects.filter(pk__in=[model.newest for model in shown])
        .defer("config", "preprocessing")
        .prefetch_related("aliases", Prefetch("shares", ModelShare.objects.select_related("organization")))
        .in_bulk()
    )
    return [
        Entry(model, versions[model.newest], title_of(model.recipe), verdict(versions[model.newest].evaluation))
        for model in shown
    ]
