"""A version's files as one ZIP archive, written while it is being sent: nothing is gathered first."""

import io
import zipfile
from collections.abc import Iterable, Iterator

from chainhub.repositories.models import CommitFile
from chainhub.repositories.storage import Secrets, read_range

EARLIEST = (1980, 1, 1, 0, 0, 0)


class _Outbox(io.RawIOBase):
    """What the archive writes and nobody has taken yet; it cannot be wound back, so sizes follow their files."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


def archive(folder: str, entries: Iterable[CommitFile]) -> Iterator[bytes]:
    """The archive's bytes, piece by piece; every file stands in `folder`, stored as it is."""
    out, secrets = _Outbox(), Secrets()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for entry in entries:
            about = zipfile.ZipInfo(f"{folder}/{entry.path}", EARLIEST)
            about.external_attr = 0o644 << 16
            with packed.open(about, "w", force_zip64=entry.blob.size >= zipfile.ZIP64_LIMIT) as inside:
                for piece in read_range(entry.blob, 0, entry.blob.size, secrets=secrets):
                    inside.write(piece)
                    yield from out.take()
            yield from out.take()
    yield from out.take()
