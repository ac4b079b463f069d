"""How both doors hand out a model's files."""

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chainhub.accounts.models import User
from chainhub.jobs.terms import check_may_leave
from chainhub.registry.archive import archive
from chainhub.registry.models import ModelVersion
from chainhub.registry.services import record_download
from chainhub.repositories.models import CommitFile
from chainhub.repositories.serving import answer_blob, begins, begun


def file_answer(request: HttpRequest, version: ModelVersion, entry: CommitFile, *, actor: User) -> HttpResponseBase:
    """One file; `RefusedError` where terms keep it here.

    Asking only for its head, or for a later part of what one took already, is no new download.
    """
    check_may_leave(actor, version.job)
    taken = version.downloads.filter(user=actor, path=entry.path)
    if request.method == "GET" and (begins(request) or not taken.exists()):
        record_download(version, path=entry.path, actor=actor)
    return answer_blob(request, entry.blob, filename=entry.path.rsplit("/", 1)[-1])


def archive_answer(request: HttpRequest, version: ModelVersion, *, actor: User) -> HttpResponseBase:
    """All of them, where no term keeps them here."""
    check_may_leave(actor, version.job)
    folder = f"{version.model.slug}-v{version.number}"
    entries = version.commit.files.select_related("blob").order_by("path")
    body = begun(archive(folder, entries))
    if request.method == "GET":
        record_download(version, path="*", actor=actor)
    answer = StreamingHttpResponse(body, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{folder}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
