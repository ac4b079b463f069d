"""The list of datasets that a person may see: searched, narrowed, sorted; all of that stands in the address."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.datasets import catalogue
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import STEWARDS
from chainhub.web.facets import shown_facets
from chainhub.web.forms.datasets import DatasetFilter
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of


@login_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The page, or the list alone where htmx asks while one types and ticks."""
    form = DatasetFilter(request.GET)
    form.is_valid()
    scope = form.cleaned_data.get("scope", "")
    asked = catalogue.asked_in(dict(request.GET.lists()))
    datasets = _of_scope(request, scope)
    found = catalogue.in_order(catalogue.narrowed(datasets, asked, request.user), asked)
    page = page_of(request, found, per=24)
    page.object_list = catalogue.loaded(list(page.object_list), request.user)
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "facets": shown_facets(catalogue.counted(datasets, asked, request.user), request.GET),
        "filtered": asked.narrows or bool(scope),
    }
    if request.htmx:
        return render(request, "web/datasets/_found.html", context)
    context["may_register"] = Organization.objects.where(request.user, *STEWARDS).exists()
    return render(request, "web/datasets/index.html", context)


def _of_scope(request: SignedInRequest, scope: str) -> QuerySet[Dataset]:
    seen = Dataset.objects.visible_to(request.user)
    mine = Organization.objects.of(request.user)
    if scope == "mine":
        seen = seen.filter(organization__in=mine)
    elif scope == "partners":
        seen = seen.exclude(organization__in=mine)
    return seen


urlpatterns = [path("datasets/", index, name="datasets")]
