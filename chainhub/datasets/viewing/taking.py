"""Rows to take along: written whole into a file without a name first, so that who reads slowly keeps nobody waiting."""

import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import IO

from django.utils.translation import gettext_noop

from chainhub.core.disk import is_full
from chainhub.core.errors import DomainError
from chainhub.datasets.viewing.finding import TooMuchError, TooSlowError
from chainhub.repositories.storage import PIECE, scratch_folder

MOST = 2 * 2**30  # bytes of one file
MOST_HELD = 8 * 2**30  # bytes of all that a process wrote and that were not taken yet


class _Held:
    """What one file takes of the room for all."""

    _lock = threading.Lock()
    _of_all = 0

    def __init__(self) -> None:
        self._bytes = 0

    def take(self, size: int) -> None:
        """Raises `TooMuchError` and `TooSlowError`, by what stands in the way."""
        if self._bytes + size > MOST:
            raise TooMuchError(
                gettext_noop("These rows are more than %(most)s GB as CSV. Filter for fewer rows."), most=MOST // 2**30
            )
        with _Held._lock:
            if _Held._of_all + size > MOST_HELD:
                raise TooSlowError(gettext_noop("Others are taking rows along right now; try again in a moment."))
            _Held._of_all += size
        self._bytes += size

    def give_back(self) -> None:
        with _Held._lock:
            _Held._of_all -= self._bytes
        self._bytes = 0


class TakenRows:
    """Bytes of `size`, to be read once; the file is gone when it is closed, or forgotten."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Raises whatever the pieces raise, `TooMuchError`, `TooSlowError`, and `DomainError` for a full disk."""
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=scratch_folder())  # noqa: SIM115 - closed by who reads it
        except OSError as error:
            raise _told(error) from error
        held = _Held()
        self._free = weakref.finalize(self, _let_go, self._file, held)
        self.size = 0
        try:
            for piece in pieces:
                held.take(len(piece))
                self.size += self._file.write(piece)
            self._file.flush()
        except BaseException as error:
            self.close()
            if is_full(error) and not isinstance(error, DomainError):
                raise _told(error) from error
            raise

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        while piece := self._file.read(PIECE):
            yield piece

    def close(self) -> None:
        """Give its room back; closing twice does nothing."""
        self._free()


def _told(error: BaseException) -> BaseException:
    """What a person is told; the error itself where the disk is not to blame."""
    if not is_full(error):
        return error
    return DomainError(gettext_noop("The hub has no room for a file of this size; ask its operator."))


def _let_go(file: IO[bytes], held: _Held) -> None:
    try:
        file.close()
    finally:
        held.give_back()
