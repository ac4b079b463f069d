"""How both doors hand out a model's files."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.sentences import sentence
from chainhub.jobs.models import Artifact, TrainingJob
from chainhub.jobs.naming import told
from chainhub.jobs.services.moves import record
from chainhub.jobs.terms import RefusedError, check_may_leave, why_unpublishable
from chainhub.policies.delivering import owing
from chainhub.registry.archive import archive
from chainhub.registry.duties import duties_with_model
from chainhub.registry.models import ModelVersion
from chainhub.registry.publishing import PREPROCESSING
from chainhub.registry.services import record_download
from chainhub.repositories.models import CommitFile
from chainhub.repositories.serving import answer_blob, begins, begun

# Weights, and what the model knows of the values and the words that it learnt from.
OF_A_MODEL = (
    *(".safetensors", PREPROCESSING, "passages.json", "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt"),
    ".model",
)
NOT_YET = gettext_noop("This file is a part of the model, which is not published yet; take it from there then.")
TAKEN = gettext_noop("Took %(path)s of training job #%(number)s “%(title)s”, before its model was published.")


def file_answer(request: HttpRequest, version: ModelVersion, entry: CommitFile, *, actor: User) -> HttpResponseBase:
    """One file; `RefusedError` where terms keep it here.

    Asking only for its head, or for a later part of what one took already, is no new download.
    """
    check_may_leave(actor, version.job)
    _note(request, version, entry.path, actor)
    answer = answer_blob(request, entry.blob, filename=entry.path.rsplit("/", 1)[-1])
    return _with_duties(request, answer, version.job, version, actor)


def left_answer(request: HttpRequest, left: Artifact, *, actor: User) -> HttpResponseBase:
    """One file as the run left it, on the terms of the model that it is a part of; whoever takes it is written down.

    Of a published one: for those who received it. Before, no part of the model. `RefusedError` where that is so, and
    where terms keep it here, or keep it from being published.
    """
    job = left.run.job
    check_may_leave(actor, job)
    version = (
        ModelVersion.objects.filter(job=job)
        .select_related("model__organization", "model__collaboration", "job")
        .first()
    )
    if version is not None:
        if not ModelVersion.objects.visible_to(actor).filter(pk=version.pk).exists():
            raise Http404
        _note(request, version, left.path, actor)
    elif (why := why_unpublishable(job)) is not None:
        raise RefusedError(told(actor, job, why))
    else:
        _unpublished(request, left, actor)
    answer = answer_blob(request, left.blob, filename=left.path.rsplit("/", 1)[-1])
    return _with_duties(request, answer, job, version or job, actor)


def _with_duties(
    request: HttpRequest, answer: HttpResponseBase, job: TrainingJob, about: ModelVersion | TrainingJob, actor: User
) -> HttpResponseBase:  # fmt: skip
    """The answer with what the person owes for it, in words on the page of `about`."""
    page = about.get_absolute_url() + ("&tab=files" if isinstance(about, ModelVersion) else "")
    return owing(request, answer, duties_with_model(actor, job), page=page)


def _unpublished(request: HttpRequest, left: Artifact, actor: User) -> None:
    """What tells of a run may be read before; the model itself is had from its version, which notes who has it."""
    if left.path.endswith(OF_A_MODEL):
        raise RefusedError(sentence(NOT_YET))
    if request.method == "GET":
        record(left.run.job, "job.file-taken", TAKEN, actor=actor, path=left.path)


def _note(request: HttpRequest, version: ModelVersion, path: str, actor: User) -> None:
    taken = version.downloads.filter(user=actor, path=path)
    if request.method == "GET" and (begins(request) or not taken.exists()):
        record_download(version, path=path, actor=actor)


def archive_answer(request: HttpRequest, version: ModelVersion, *, actor: User, part: str = "") -> HttpResponseBase:
    """All of them, or those of a folder (404 where it has none), where no term keeps them here."""
    check_may_leave(actor, version.job)
    folder = f"{version.model.slug}-v{version.number}"
    entries = version.commit.files.select_related("blob").order_by("path")
    if part and not (entries := entries.filter(path__startswith=f"{part}/")):
        raise Http404
    body = begun(archive(folder, entries))
    if request.method == "GET":
        record_download(version, path=f"{part}/" if part else "*", actor=actor)
    answer = StreamingHttpResponse(body, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{"-".join(filter(None, (folder, part)))}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    return _with_duties(request, answer, version.job, version, actor)
