"""What every kind of address gives: bytes piece by piece, and what is known of them beforehand."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """`read(n)` gives at most n bytes, none at the end; `size` is None where it is not told."""

    read: Callable[[int], bytes]
    size: int | None
    etag: str = ""
