"""A file by HTTPS: the vetted machine and no other, no redirect to another host, no answer but the file itself."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, quote, urljoin

from django.utils.translation import gettext_noop

from chainhub.datasets.references.addresses import is_allowed_host, split
from chainhub.datasets.references.faults import UnreachableError, broken, not_found, shown
from chainhub.datasets.references.guard import vetted
from chainhub.datasets.references.pace import Pace
from chainhub.datasets.references.source import Source

PATIENCE = 30.0  # seconds without a byte
MOST_HOPS = 5
REDIRECTS = {301, 302, 303, 307, 308}
OK, GONE = 200, {404, 410}
KEPT = "/%:@!$&'()*+,;=~-._"


class PinnedConnection(http.client.HTTPConnection):
    """Speaks to a given number under the name that was asked for."""

    def __init__(self, parts: SplitResult, numbers: list[str]) -> None:
        self._tls = parts.scheme.lower() == "https"
        self.default_port = 443 if self._tls else 80
        super().__init__(parts.hostname or "", parts.port or self.default_port, timeout=PATIENCE)
        self._numbers = numbers
        self._line: socket.socket | None = None

    def connect(self) -> None:
        """To the first that answers."""
        self._line = self._reached()
        if self._tls:
            tls = ssl.create_default_context().wrap_socket(
                self._line, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._line = tls  # before the handshake, which may be made to last too
            tls.do_handshake()
        self.sock = self._line

    def cut(self) -> None:
        """Let whoever waits for bytes go on without them; from another thread."""
        if self._line is not None:
            with suppress(OSError):
                # Not the method of TLS, which would take away what the reader uses at this moment.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)

    def _reached(self) -> socket.socket:
        for number in self._numbers[:-1]:
            try:
                return socket.create_connection((number, self.port), PATIENCE)
            except OSError:
                continue
        return socket.create_connection((self._numbers[-1], self.port), PATIENCE)


@contextmanager
def opened(address: str, pace: Pace) -> Iterator[Source]:
    """The file as a stream, which `pace` may cut. Raises `UnreachableError`."""
    parts = split(address)
    for _hop in range(MOST_HOPS):
        line = PinnedConnection(parts, vetted(parts.hostname or "", parts.port or 443, trusted=is_allowed_host(parts)))
        pace.stop = line.cut
        try:
            answer = _asked(line, parts, address)
            if answer.status not in REDIRECTS:
                yield _as_source(answer, address)
                return
            parts = _next(parts, answer.getheader("Location") or "")
        finally:
            line.close()
    raise UnreachableError(gettext_noop("%(address)s leads round in a circle."), address=shown(address))


def _asked(line: PinnedConnection, parts: SplitResult, address: str) -> http.client.HTTPResponse:
    target = quote(parts.path or "/", safe=KEPT) + (f"?{quote(parts.query, safe=KEPT + '?')}" if parts.query else "")
    try:
        line.request("GET", target, headers={"Accept-Encoding": "identity", "User-Agent": "ChainHub"})
        return line.getresponse()
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(
            gettext_noop("%(host)s cannot prove that it is the one: its certificate is not valid."), host=line.host
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise broken(address) from error


def _as_source(answer: http.client.HTTPResponse, address: str) -> Source:
    if answer.status in GONE:
        raise not_found(address)
    if answer.status != OK:
        raise UnreachableError(
            gettext_noop("%(address)s answered with the status %(status)s instead of the file."),
            address=shown(address),
            status=answer.status,
        )
    length = answer.getheader("Content-Length") or ""
    return Source(answer.read1, int(length) if length.isdigit() else None, (answer.getheader("ETag") or "")[:200])


def _next(before: SplitResult, location: str) -> SplitResult:
    """Where it leads, within the same host and the same kind of line."""
    after = split(urljoin(before.geturl(), location))
    if (after.scheme.lower(), after.netloc.lower()) != (before.scheme.lower(), before.netloc.lower()):
        raise UnreachableError(
            gettext_noop("%(host)s sends on to %(other)s; register the address where the file itself lies."),
            host=before.hostname,
            other=after.hostname,
        )
    return after
