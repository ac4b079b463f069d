"""Finding a dataset and its versions for a person; what may not be seen is not there."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from chainhub.datasets.models import Dataset, DatasetVersion


def visible(request: HttpRequest, org: str, slug: str) -> Dataset:
    """The dataset at this address."""
    mine = Dataset.objects.visible_to(request.user).select_related("organization", "created_by")
    return get_object_or_404(mine, organization__slug=org, slug=slug)


def versions_of(user: Any, dataset: Dataset) -> "QuerySet[DatasetVersion]":
    """Its versions that the person may see, newest first, without their long reports."""
    found = DatasetVersion.objects.visible_to(user).filter(dataset=dataset).order_by("-number")
    found = found.annotate(changes=KeyTransform("changes", "inspection"))
    found = found.annotate(profiled=KeyTextTransform("state", "profile"), counted=KeyTransform("done", "profile"))
    found = found.annotate(uncounted=KeyTransform("reason", "profile"))
    return found.select_related("created_by", "upload", "commit", "restored_from").defer(
        "inspection", "profile", "restored_from__inspection", "restored_from__profile"
    )


def chosen_version(request: HttpRequest, versions: list[DatasetVersion]) -> DatasetVersion | None:
    """The one that `?version=` names, else the newest usable one."""
    asked = request.GET.get("version", "")
    if asked:
        found = next((one for one in versions if str(one.number) == asked), None)
        if found is None:
            raise Http404
        return found
    return next((one for one in versions if one.status == "ready"), None)


def found_in(dataset: Dataset) -> str:
    """Where what was just brought in shows what was found in it."""
    return f"{dataset.get_absolute_url()}?tab=data"
