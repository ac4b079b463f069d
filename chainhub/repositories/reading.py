"""Reading a blob wherever and however it lies: any range of its plain bytes, or a file to seek in."""

import io
import logging
from collections.abc import Iterator

from chainhub.repositories import raw
from chainhub.repositories.damage import DamagedBlobError, LostBlobError
from chainhub.repositories.keyring import Secrets
from chainhub.repositories.models import Blob
from chainhub.repositories.sealed import HEAD, TAG, Seal, Sealer, open_range

logger = logging.getLogger(__name__)

AHEAD = 2**18


class Reader:
    """One blob, opened: its key is unwrapped once, however many ranges are read."""

    def __init__(self, blob: Blob, secrets: Secrets | None = None) -> None:
        """Nothing is read yet. `secrets` spares questions where one answer reads many blobs."""
        self._blob = blob
        self._secrets = Secrets() if secrets is None else secrets
        self._sealer: Sealer | None = None

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes `start` to `end` (exclusive). Raises `DamagedBlobError` rather than give one wrong byte."""
        given = 0
        try:
            for piece in self._pieces(start, end):
                yield piece
                given += len(piece)
        except (FileNotFoundError, DamagedBlobError) as error:
            if given or not self._moved():
                raise self._damage(error) from error
            yield from self._again(start, end)
            return
        if given < min(end, self._blob.size) - start:
            raise self._damage(None)

    def _again(self, start: int, end: int) -> Iterator[bytes]:
        try:
            yield from self._pieces(start, end)
        except FileNotFoundError as error:
            raise self._damage(error) from error

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        blob, name = self._blob, self._blob.storage_name
        if blob.lost:
            raise LostBlobError
        if blob.key_id is None:
            return raw.pieces(name, start, end)
        sealer = self._sealer = self._sealer or self._unsealed()
        piece = sealer.seal.chunk + TAG
        return open_range(lambda first, last: raw.pieces(name, first, last, piece=piece), sealer, start, end)

    def _unsealed(self) -> Sealer:
        blob = self._blob
        assert blob.key_id is not None  # noqa: S101 - asked before
        secret = self._secrets[
            blob.key_id
        ]  # asked first: that the key was destroyed says more than that the file is gone
        head = b"".join(raw.pieces(blob.storage_name, 0, HEAD))
        return Sealer(Seal.read(head, key=blob.key_id, size=blob.size), secret=secret, sha256=blob.sha256)

    def _moved(self) -> bool:
        """Whether another process has put the bytes under another key since the row was read."""
        before = self._blob.storage_name
        now = Blob.objects.filter(pk=self._blob.pk).first()
        if now is None or (now.storage_name == before and not now.lost):
            return False
        self._blob, self._sealer = now, None
        return True

    def _damage(self, error: Exception | None) -> DamagedBlobError:
        if isinstance(error, LostBlobError):
            return error
        logger.error("blob %s of %s cannot be read: %r", self._blob.sha256, self._blob.storage_name, error)
        return error if isinstance(error, DamagedBlobError) else DamagedBlobError()


class BlobFile(io.RawIOBase):
    """A blob as a file to seek in; what is read is fetched and opened, no more."""

    def __init__(self, blob: Blob) -> None:
        """Stands at the first byte."""
        self._reader, self._size, self._at = Reader(blob), blob.size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the first byte")
        self._at = base + offset
        return self._at

    def readall(self) -> bytes:
        # The inherited one reads in steps of 8 KB, each of which would fetch and open a chunk.
        rest = b"".join(self._reader.pieces(self._at, self._size)) if self._at < self._size else b""
        self._at += len(rest)
        return rest

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        end, filled = min(self._at + len(view), self._size), 0
        if self._at >= end:
            return 0
        for piece in self._reader.pieces(self._at, end):
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
        self._at += filled
        return filled
