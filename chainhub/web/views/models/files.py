"""A version's files, one by one or all in one archive; each is on record before it leaves."""

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from chainhub.registry.delivering import archive_answer, file_answer
from chainhub.web.http import SignedInRequest
from chainhub.web.views.models.finding import visible_version

PART = "reproduce"


@login_required
@require_safe
def model_file(request: SignedInRequest, organization: str, slug: str, number: int, path: str) -> HttpResponseBase:
    """One file, as it was published."""
    version = visible_version(request.user, organization, slug, number)
    entry = get_object_or_404(version.commit.files.select_related("blob"), path=path)
    return file_answer(request, version, entry, actor=request.user)


@login_required
@require_safe
def model_archive(request: SignedInRequest, organization: str, slug: str, number: int) -> HttpResponseBase:
    """Every file in one ZIP archive; with `?part=reproduce` what trains the model again."""
    version = visible_version(request.user, organization, slug, number)
    part = PART if request.GET.get("part") == PART else ""
    return archive_answer(request, version, actor=request.user, part=part)
