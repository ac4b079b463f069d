"""Plain copies of encrypted files, for readers that need a path: private, and gone when they are done with.

A copy lies in a folder of its own, which its process keeps locked. A folder that nobody holds was left by a process
that was killed; the next one sweeps it away.
"""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from chainhub.repositories.raw import scratch_folder

YOUNG = 60.0  # seconds in which the folder's maker may not have locked it yet
FOLDER = 0o700
FILE = 0o600


@contextmanager
def private_copy(fill: Callable[[Path], object]) -> Iterator[Path]:
    """A path that `fill` writes to, removed afterwards."""
    sweep_copies()
    folder = _folder() / uuid.uuid4().hex
    folder.mkdir(mode=FOLDER)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fill(folder / "file")
        yield folder / "file"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep_copies() -> None:
    """Remove the copies of processes that are no more."""
    for folder in _folder().iterdir():
        with suppress(FileNotFoundError, BlockingIOError):
            if time.time() - folder.stat().st_mtime > YOUNG:
                _remove_unheld(folder)


def make_private_folder(path: Path) -> None:
    """The folder and those above it that are missing, each for its owner alone."""
    if not path.is_dir():
        make_private_folder(path.parent)
        path.mkdir(mode=FOLDER, exist_ok=True)


def create_private(path: Path) -> BinaryIO:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE), "wb")


def _remove_unheld(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _folder() -> Path:
    # Not within `scratch` itself: what is swept there by its age may still be in use here.
    folder = scratch_folder().with_name("plain")
    make_private_folder(folder)
    return folder
