"""The character vectors of an R package's data, by name, as JSON: read without R."""

from __future__ import annotations

import bz2
import json
import lzma
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import rdata

warnings.simplefilter("ignore")


def read(packed: bytes) -> Any:
    return rdata.conversion.convert(rdata.parser.parse_data(packed))


def unpack(blob: bytes) -> bytes:
    """Four bytes of size, then the data: bzip2 after a 2, raw LZMA after a Z, else zlib."""
    packed = blob[4:]
    if packed[:1] == b"2":
        return bz2.decompress(packed[1:])
    if packed[:1] == b"Z":
        return lzma.decompress(packed[1:], lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    return zlib.decompress(packed)


def main(folder: Path) -> None:
    index = read(zlib.decompress((folder / "Rdata.rdx").read_bytes(), wbits=47))
    blob = (folder / "Rdata.rdb").read_bytes()
    found = {}
    for name, (begin, size) in index["variables"].items():
        lines = read(unpack(blob[begin : begin + size]))
        found[str(name)] = "\n".join(str(line) for line in lines)
    json.dump(found, sys.stdout)


main(Path(sys.argv[1]))
