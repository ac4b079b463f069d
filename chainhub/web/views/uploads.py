"""Resumable uploads: tus 1.0 with creation, creation-with-upload, checksum, termination and expiration.

For browsers (session and CSRF header) and for programs (`Authorization: Bearer …` with the scope `write`). Plain views
that read the body piece by piece; `chainhub.server` gives them threads of their own.
"""

import base64
import binascii
import contextlib
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt

from chainhub.accounts.models import Scope, User
from chainhub.core.errors import DomainError, InvalidInputError, TooLargeError
from chainhub.repositories import uploads
from chainhub.repositories.incoming import UploadBusyError
from chainhub.repositories.models import Upload
from chainhub.repositories.owners import uploading_for
from chainhub.web.callers import caller_of

VERSION = "1.0.0"
BODY = "application/offset+octet-stream"
ALGORITHMS = ("sha1", "sha256")
DRAINED = 16 * 2**20  # of a refused body, so that its sender hears the answer rather than a broken line
PIECE = 2**20


class ProtocolError(DomainError):
    """The request does not follow tus."""

    code = "protocol"

    def __init__(self, text: str, *, status: int = 400) -> None:
        """`text` is a marked sentence without placeholders."""
        super().__init__(text)
        self.status = status


@csrf_exempt  # asked by hand in caller_of: programs carry no cookie
def collection(request: HttpRequest) -> HttpResponse:
    """`OPTIONS` tells what is spoken here, `POST` begins an upload."""
    if request.method == "OPTIONS":
        return _options()
    return _spoken(request, _begin, {"POST"})


@csrf_exempt
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`HEAD` says how much arrived, `PATCH` sends more, `DELETE` gives up, `GET` tells about the file."""
    if request.method == "OPTIONS":
        return _options()
    verbs = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete, "GET": _show}

    def answer(request: HttpRequest, user: User) -> HttpResponse:
        mine = Upload.objects.visible_to(user).filter(expires_at__gt=timezone.now()).select_related("blob")
        one = get_object_or_404(mine, pk=pk)
        if one.used_at is not None:
            # Who chooses the same file again begins anew, since this upload has become part of a dataset.
            raise ProtocolError(gettext_noop("This file was registered already."), status=410)
        return verbs[_method(request)](request, one)

    return _spoken(request, answer, set(verbs))


def _method(request: HttpRequest) -> str:
    """Some networks let only GET and POST pass; tus clients then name the method in a header."""
    return request.headers.get("X-HTTP-Method-Override", request.method or "").upper()


def _spoken(
    request: HttpRequest, view: Callable[[HttpRequest, User], HttpResponse], methods: set[str]
) -> HttpResponse:  # fmt: skip
    """Run the view as tus wants it: version, refusals as plain sentences, headers on every answer."""
    try:
        if _method(request) not in methods:
            raise ProtocolError(gettext_noop("This method is not spoken here."), status=405)
        if _method(request) != "GET" and request.headers.get("Tus-Resumable") != VERSION:
            raise ProtocolError(gettext_noop("This address speaks tus 1.0.0."), status=412)
        answer = view(request, caller_of(request, scope=Scope.WRITE))
    except DomainError as refusal:
        _drain(request)
        answer = HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
        if refusal.status == 401:  # noqa: PLR2004 - a status
            answer["WWW-Authenticate"] = 'Bearer realm="ChainHub"'
    answer["Tus-Resumable"] = answer["Tus-Version"] = VERSION
    answer["Cache-Control"] = "no-store"
    return answer


def _options() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["Tus-Resumable"] = answer["Tus-Version"] = VERSION
    answer["Tus-Extension"] = "creation,creation-with-upload,checksum,termination,expiration"
    answer["Tus-Max-Size"] = str(settings.MAX_UPLOAD_BYTES)
    answer["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return answer


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    begun = uploads.begin_upload(
        actor=user,
        filename=metadata.get("filename") or metadata.get("name") or "file",
        size=_number(request, "Upload-Length"),
        content_type=metadata.get("filetype", ""),
        organization=uploading_for(user, metadata.get("organization", ""), acting=getattr(request, "acting", None)),
        sha256=metadata.get("sha256", ""),
        path=metadata.get("path", ""),
    )
    answer = HttpResponse(status=201)
    answer["Location"] = reverse("web:upload", args=[begun.pk])
    if begun.blob_id:
        answer["Upload-Offset"] = str(begun.size)
        _drain(request)
    elif request.content_type == BODY:
        answer["Upload-Offset"] = str(_append(request, begun, offset=0))
    return _expiring(answer, begun)


def _head(_request: HttpRequest, one: Upload) -> HttpResponse:
    # A process that was killed between the last byte and the storing left that to the next who asks.
    with contextlib.suppress(UploadBusyError):
        uploads.finish_upload(one)
    answer = HttpResponse()
    answer["Upload-Offset"] = str(uploads.upload_offset(one))
    answer["Upload-Length"] = str(one.size)
    return _expiring(answer, one)


def _patch(request: HttpRequest, one: Upload) -> HttpResponse:
    if request.content_type != BODY:
        raise ProtocolError(gettext_noop("The body must be application/offset+octet-stream."), status=415)
    answer = HttpResponse(status=204)
    answer["Upload-Offset"] = str(_append(request, one, offset=_number(request, "Upload-Offset")))
    return _expiring(answer, one)


def _delete(_request: HttpRequest, one: Upload) -> HttpResponse:
    uploads.discard_upload(one)
    return HttpResponse(status=204)


def _show(_request: HttpRequest, one: Upload) -> HttpResponse:
    offset = uploads.upload_offset(one)
    sha256 = one.blob.sha256 if one.blob else None
    return JsonResponse(
        {"id": str(one.pk), "filename": one.filename, "size": one.size, "offset": offset, "sha256": sha256}
    )


def _append(request: HttpRequest, one: Upload, *, offset: int) -> int:
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > one.size - offset:
        raise TooLargeError(gettext_noop("More bytes are sent than the file was said to have."))
    return uploads.append_to_upload(one, _body(request), offset=offset, checksum=_checksum(request))


def _body(request: HttpRequest) -> uploads.Readable:
    """The bytes that are sent. `tail … | curl -T -` sends them without a length, which Django takes for nothing."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        source: uploads.Readable = request.META["wsgi.input"]
        return source
    return request


def _expiring(answer: HttpResponse, one: Upload) -> HttpResponse:
    answer["Upload-Expires"] = http_date(one.expires_at.timestamp())
    return answer


def _number(request: HttpRequest, header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit():
        raise InvalidInputError(gettext_noop("The header %(name)s must be a whole number."), name=header)
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """`key base64, key base64`. Raises `ProtocolError`."""
    pairs = (pair.strip().partition(" ") for pair in header.split(",") if pair.strip())
    try:
        return {key: base64.b64decode(value, validate=True).decode() for key, _space, value in pairs}
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ProtocolError(gettext_noop("The header Upload-Metadata is not written as tus says.")) from error


def _checksum(request: HttpRequest) -> tuple[str, bytes] | None:
    """`sha1 base64`. Raises `ProtocolError`."""
    header = request.headers.get("Upload-Checksum", "")
    if not header:
        return None
    algorithm, _space, value = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise ProtocolError(gettext_noop("Checksums may be sha1 or sha256."))
    try:
        return algorithm, base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ProtocolError(gettext_noop("The header Upload-Checksum is not written as tus says.")) from error


def _drain(request: HttpRequest) -> None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > DRAINED:
        return
    with contextlib.suppress(Exception):
        while request.read(PIECE):
            pass


urlpatterns = [
    path("uploads/", collection, name="uploads"),
    path("uploads/<uuid:pk>", upload, name="upload"),
]
