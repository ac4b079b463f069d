"""R's data without R: tables and vectors out of a package's lazy-load database, and out of .rda files.

A database is two files: an index (`.rdx`) says where in the other (`.rdb`) each object lies, packed. What is inside is
R's own serialization (R Internals, "Serialization Formats"), of which numbers, texts, factors, lists and tables are
read. R's programs are not: what holds one is refused.
"""

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.scenarios.carriers.errors import CarrierError
from chainhub.scenarios.carriers.opening import Package
from chainhub.scenarios.carriers.rserial import Attributed, deserialize

WRONG = gettext_noop("The R data %(name)s cannot be read: %(reason)s")
Table = dict[str, list[Any]]


def table_of(package: Package, database: str, name: str) -> Table:
    """A data frame as columns, factors as their words, missing values as None. Raises `CarrierError`.

    `database` is the path of the .rdb file without its ending.
    """
    value = _object_of(package, database, name)
    columns = value.attributes.get("names")
    if not isinstance(value.content, list) or columns is None:
        raise CarrierError(WRONG, name=name, reason="data.frame")
    return {str(column): _plain(one) for column, one in zip(columns.content, value.content, strict=True)}


def vector_of(package: Package, database: str, name: str) -> list[Any]:
    """A vector's values."""
    return _plain(_object_of(package, database, name))


def _object_of(package: Package, database: str, name: str) -> Attributed:
    try:
        index = _mapping(deserialize(zlib.decompress(package.read(f"{database}.rdx"), zlib.MAX_WBITS | 32)))
        places = _mapping(index["variables"])
        start, length = places[name].content
        packed = package.read(f"{database}.rdb")[start : start + length]
        return deserialize(_unpacked(packed))
    except (KeyError, ValueError, struct.error, zlib.error, lzma.LZMAError, OSError) as error:
        raise CarrierError(WRONG, name=name, reason=str(error)) from error


def _unpacked(packed: bytes) -> bytes:
    """Four bytes tell the size; then comes zlib's form, or a letter that says which other it is."""
    rest = packed[4:]
    ways: Mapping[bytes, Callable[[bytes], bytes]] = {b"2": bz2.decompress, b"Z": _raw_lzma, b"0": bytes}
    way = ways.get(rest[:1])
    return way(rest[1:]) if way else zlib.decompress(rest)


def _raw_lzma(packed: bytes) -> bytes:
    return lzma.decompress(packed, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6}])


def _mapping(value: Attributed) -> dict[str, Attributed]:
    return dict(zip(value.attributes["names"].content, value.content, strict=True))


def _plain(value: Attributed) -> list[Any]:
    """Factors are numbers of words."""
    levels = value.attributes.get("levels")
    if levels is None:
        return list(value.content)
    return list(_words(value.content, levels.content))


def _words(codes: list[Any], levels: list[str]) -> Iterator[str | None]:
    for code in codes:
        yield None if code is None else levels[code - 1]
