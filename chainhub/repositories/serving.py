"""A blob as an HTTP answer: any part of it, never as active content. Used by the pages and by the API."""

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse

from chainhub.repositories.models import Blob
from chainhub.repositories.storage import read_range

RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def answer_blob(request: HttpRequest, blob: Blob, *, filename: str) -> HttpResponseBase:
    """200, 206, 304 or 416. Whatever the file is, a browser is told to save it and not to guess."""
    etag = f'"{blob.sha256}"'
    if _knows(request.headers.get("If-None-Match", ""), etag):
        return _dressed(HttpResponseNotModified(), etag, filename)
    part = _part(request, etag)
    start, end = _span(part, blob.size) if part else (0, blob.size)
    if part and start >= end:
        refusal = HttpResponse(status=416)
        refusal["Content-Range"] = f"bytes */{blob.size}"
        return _dressed(refusal, etag, filename)
    body = iter(()) if request.method == "HEAD" else begun(read_range(blob, start, end))
    answer = StreamingHttpResponse(body, status=206 if part else 200, content_type="application/octet-stream")
    answer["Content-Length"] = str(end - start)
    if part:
        answer["Content-Range"] = f"bytes {start}-{end - 1}/{blob.size}"
    return _dressed(answer, etag, filename)


def begins(request: HttpRequest) -> bool:
    """Whether a file is asked for from its start, and not for a later part of it."""
    return request.headers.get("Range", "bytes=0-").startswith("bytes=0-")


def begun(body: Iterator[bytes]) -> Iterator[bytes]:
    """The same with its first piece read: a file that cannot be read is refused with a sentence, not broken off."""
    first = next(body, b"")
    return chain((first,), body)


def _dressed(answer: HttpResponseBase, etag: str, filename: str) -> HttpResponseBase:
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", filename)
    answer["ETag"] = etag
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _knows(header: str, etag: str) -> bool:
    known = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in known or etag in known


def _part(request: HttpRequest, etag: str) -> tuple[str, str] | None:
    """First and last byte as they are written; None where the whole is to be given.

    Several ranges at once, or one written strangely, get the whole file, as the standard allows.
    """
    found = RANGE.match(request.headers.get("Range", "").replace(" ", ""))
    if not found or found.groups() == ("", "") or request.headers.get("If-Range", etag) != etag:
        return None
    return found[1], found[2]


def _span(part: tuple[str, str], size: int) -> tuple[int, int]:
    """First byte and the one after the last; an empty span where nothing can be given."""
    first, last = part
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
