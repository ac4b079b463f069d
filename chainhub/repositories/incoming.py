"""The file in which one upload grows: one writer at a time, safe against kills, silence and wrong checksums.

Beside `<name>` lie `<name>.lock`, held by the process that writes, and while bytes are not yet known to be right
`<name>.safe`, which says how many are.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError

STALLED = 5.0  # seconds without a byte after which another request may take over
LONG_WORK = 24 * 3600.0  # while bytes are stored nobody takes over


class UploadBusyError(DomainError):
    """Another request is writing."""

    code = "upload-busy"
    status = 423

    def __init__(self) -> None:
        """It always says the same."""
        super().__init__(gettext_noop("Another request is sending this file right now; try again in a moment."))


class UploadLostError(DomainError):
    """The bytes are gone."""

    code = "upload-lost"
    status = 410

    def __init__(self) -> None:
        """It always says the same."""
        super().__init__(gettext_noop("What arrived of this file is no longer there; send it again."))


class Incoming:
    """An upload's file."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet."""
        self.path = path
        self.lock_path = path.with_name(f"{path.name}.lock")
        self.safe_path = path.with_name(f"{path.name}.safe")

    def create(self) -> None:
        """The empty file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(exist_ok=False)

    def remove(self) -> None:
        """Everything of it."""
        for path in (self.path, self.safe_path, self.lock_path):
            path.unlink(missing_ok=True)

    def empty(self) -> None:
        """Nothing of what arrived counts; whoever sends it again begins at 0."""
        os.truncate(self.path, 0)

    def length(self) -> int:
        """How many bytes are there for good. Raises `UploadLostError`."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError as error:
            raise UploadLostError from error
        with suppress(FileNotFoundError, ValueError):
            return min(size, int(self.safe_path.read_text()))
        return size

    @contextmanager
    def held(self) -> Iterator[int]:
        """Keep all other writers out until done. Raises `UploadBusyError`."""
        lock = self._claim()
        try:
            yield lock
        finally:
            os.close(lock)

    @contextmanager
    def writing(self, *, provisional: bool) -> Iterator["Writer"]:
        """Write behind the end; with `provisional`, what is not confirmed by `keep` is taken back."""
        with self.held() as lock, self._opened() as file:
            writer = Writer(self, file, lock)
            if provisional:
                self.safe_path.write_text(str(writer.length))
            try:
                yield writer
            except BaseException:
                if provisional and self.owns(lock):
                    file.truncate(self.length())
                    self.safe_path.unlink(missing_ok=True)
                raise

    def owns(self, lock: int) -> bool:
        """Whether this is still the lock that counts: another request takes over by putting a new one in place."""
        try:
            return self.lock_path.stat().st_ino == os.fstat(lock).st_ino
        except FileNotFoundError:
            return False

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        length = self.length()
        with self.path.open("r+b", buffering=0) as file:
            # A process that was killed may have left bytes that nobody has verified.
            file.truncate(length)
            self.safe_path.unlink(missing_ok=True)
            file.seek(length)
            yield file

    def _claim(self) -> int:
        for _try in range(3):
            lock = os.open(self.lock_path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                self._take_over()
                continue
            if self.owns(lock):
                os.utime(lock)
                return lock
            os.close(lock)
        raise UploadBusyError

    def _take_over(self) -> None:
        """Put the lock of a writer that has stalled out of the way: it finds out before it writes again."""
        with self.path.open("rb") as file, turn(file):
            touched = max(self.path.stat().st_mtime, self.lock_path.stat().st_mtime if self.lock_path.exists() else 0)
            if time.time() - touched < STALLED:
                raise UploadBusyError
            self.lock_path.unlink(missing_ok=True)


class Writer:
    """Writes behind the end of the file while it holds the lock."""

    def __init__(self, incoming: Incoming, file: BinaryIO, lock: int) -> None:
        """The file stands at its end."""
        self.incoming, self.file, self.lock = incoming, file, lock
        self.length = file.tell()

    def write(self, piece: bytes) -> None:
        """Raises `UploadBusyError` when another request took over."""
        with turn(self.file):
            if not self.incoming.owns(self.lock):
                raise UploadBusyError
            view = memoryview(piece)
            while view:
                written = self.file.write(view)
                view = view[written:]
            self.length += len(piece)

    def keep(self) -> int:
        """Confirm what was written; the new length. What is confirmed outlives a power cut too."""
        hold_on(self.lock)
        sync(self.file.fileno())
        self.incoming.safe_path.unlink(missing_ok=True)
        return self.length


# A Mac has no fdatasync.
sync = getattr(os, "fdatasync", os.fsync)


def hold_on(lock: int) -> None:
    """Bytes are being stored: silence now does not mean that the writer has stalled."""
    until = time.time() + LONG_WORK
    os.utime(lock, (until, until))


@contextmanager
def turn(file: BinaryIO) -> Iterator[None]:
    """A short turn at the file, among those who write and those who would take over."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
