"""How all doors hand out the files and rows of datasets: on record, and with what is owed for them."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chainhub.accounts.models import User
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.datasets.services import record_download
from chainhub.policies.duties import Duty, duties_with, headers_of
from chainhub.repositories.models import CommitFile
from chainhub.repositories.serving import answer_blob, begins


def file_answer(
    request: HttpRequest, version: DatasetVersion, entry: CommitFile, *, actor: User, filename: str = ""
) -> HttpResponseBase:
    """One file, any part of it. Raises `PermissionDenied`; asking only for its head is no download."""
    if request.method == "GET":
        record_download(version, actor=actor, path=entry.path, begins=begins(request))
    elif not permissions.may_take_files(actor, version.dataset):
        raise PermissionDenied
    answer = answer_blob(request, entry.blob, filename=filename or entry.path.rsplit("/", 1)[-1])
    return with_duties(request, answer, version.dataset, actor)


def with_duties(request: HttpRequest, answer: HttpResponseBase, dataset: Dataset, actor: User) -> HttpResponseBase:
    """The answer with what the person owes for it; in words that stands among the terms on the dataset's page."""
    return owing(request, answer, duties_with(actor, dataset), page=f"{dataset.get_absolute_url()}?tab=use")


def owing(request: HttpRequest, answer: HttpResponseBase, duties: Iterable[Duty], *, page: str) -> HttpResponseBase:
    """The answer with these duties in its headers; `page` says them in words."""
    for name, value in headers_of(duties, address=request.build_absolute_uri(page)).items():
        answer[name] = value
    return answer
