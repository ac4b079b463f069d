"""A dataset for programs: its Croissant description, and its files by commit."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from chainhub.accounts.models import Scope, User
from chainhub.datasets import permissions
from chainhub.datasets.croissant import croissant
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.policies.delivering import file_answer
from chainhub.repositories.models import CommitFile
from chainhub.web.callers import caller_of
from chainhub.web.linkeddata import linked_data
from chainhub.web.programs import for_programs

LINKED_DATA = "application/ld+json"


@for_programs
@require_safe
def description(request: HttpRequest, org: str, slug: str) -> HttpResponseBase:
    """Of the newest usable version, or of the one that `?version=` names."""
    user = caller_of(request, scope=Scope.READ)
    dataset = _visible(user, org, slug)
    versions = DatasetVersion.objects.visible_to(user).ready().filter(dataset=dataset).order_by("-number")
    if asked := request.GET.get("version", ""):
        versions = versions.filter(number=int(asked) if asked.isdecimal() and len(asked) < 9 else 0)  # noqa: PLR2004
    version = versions.select_related("commit").first()
    if version is None:
        raise Http404
    told = croissant(dataset, version, user=user, hub=request.build_absolute_uri("/").rstrip("/"))
    answer = JsonResponse(told, content_type=LINKED_DATA, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'inline; filename="{dataset.slug}-croissant.json"'
    return answer


@for_programs
@require_safe
def resolve(request: HttpRequest, org: str, slug: str, oid: str, file: str) -> HttpResponseBase:
    """One file of one commit: what this address gives never changes. Any part of it by `Range`."""
    user = caller_of(request, scope=Scope.DOWNLOAD)
    dataset = _visible(user, org, slug)
    if not permissions.may_take_files(user, dataset):
        raise PermissionDenied
    versions = DatasetVersion.objects.visible_to(user).select_related("dataset__organization")
    version = get_object_or_404(versions, dataset=dataset, commit__oid=oid)
    entry = get_object_or_404(CommitFile.objects.select_related("blob"), commit=version.commit_id, path=file)
    answer = file_answer(request, version, entry, actor=user)
    answer["X-Repo-Commit"] = oid
    return answer


def embedded(request: HttpRequest, dataset: Dataset, version: DatasetVersion) -> SafeString:
    """The same description as a part of the dataset's page."""
    hub = request.build_absolute_uri("/").rstrip("/")
    return linked_data(croissant(dataset, version, user=request.user, hub=hub), request)


def _visible(user: User, org: str, slug: str) -> Dataset:
    seen = Dataset.objects.visible_to(user).select_related("organization")
    return get_object_or_404(seen, organization__slug=org, slug=slug)


ONE = "datasets/<slug:org>/<slug:slug>/"
urlpatterns = [
    path(f"{ONE}croissant.json", description, name="dataset-croissant"),
    path(f"{ONE}resolve/<slug:oid>/<path:file>", resolve, name="dataset-resolve"),
]
