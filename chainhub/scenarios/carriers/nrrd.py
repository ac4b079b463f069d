"""NRRD volumes (nearly raw raster data): a text header, then numbers, as they are or packed by gzip.

The format: teem.sourceforge.net/nrrd/format.html. Data in a file of its own, text encoding and bzip2 are not read.
"""

import zlib

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_noop

from chainhub.scenarios.carriers.errors import CarrierError

WRONG = gettext_noop("The volume cannot be read: %(reason)s")
TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    "float": "f4",
    "double": "f8",
}


def volume_of(data: bytes) -> npt.NDArray[np.generic]:
    """The numbers with the first axis of the file first: (x, y, slice). Raises `CarrierError`."""
    head, _blank, raw = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").splitlines()
    if not lines or not lines[0].startswith("NRRD"):
        raise CarrierError(WRONG, reason="NRRD")
    told = dict(line.split(": ", 1) for line in lines[1:] if ": " in line and not line.startswith("#"))
    try:
        sizes = [int(size) for size in told["sizes"].split()]
        order = ">" if told.get("endian") == "big" else "<"
        numbers = np.frombuffer(_unpacked(raw, told["encoding"]), np.dtype(order + TYPES[told["type"]]))
        return numbers[: int(np.prod(sizes))].reshape(sizes, order="F")
    except (KeyError, ValueError, zlib.error) as error:
        raise CarrierError(WRONG, reason=str(error)) from error


def _unpacked(raw: bytes, encoding: str) -> bytes:
    if encoding in {"gzip", "gz"}:
        return zlib.decompress(raw, zlib.MAX_WBITS | 16)
    if encoding != "raw":
        raise ValueError(encoding)
    return raw
