"""Files of a version, for those who may take them along."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.datasets import permissions
from chainhub.policies.delivering import file_answer
from chainhub.repositories.models import CommitFile
from chainhub.web.http import SignedInRequest
from chainhub.web.views.datasets.finding import versions_of, visible


@login_required
@require_safe
def download(request: SignedInRequest, org: str, slug: str, number: int, file: str) -> HttpResponseBase:
    """One file; written down once, not for each further part of it."""
    dataset = visible(request, org, slug)
    if not permissions.may_take_files(request.user, dataset):
        raise PermissionDenied
    version = get_object_or_404(versions_of(request.user, dataset), number=number)
    entry = get_object_or_404(CommitFile.objects.select_related("blob"), commit=version.commit_id, path=file)
    version.dataset = dataset
    filename = f"{dataset.slug}-v{number}-{file.rsplit('/', 1)[-1]}"
    return file_answer(request, version, entry, actor=request.user, filename=filename)


urlpatterns = [
    path("datasets/<slug:org>/<slug:slug>/versions/<int:number>/files/<path:file>", download, name="dataset-file")
]
