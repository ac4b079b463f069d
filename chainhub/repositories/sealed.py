"""The form in which bytes lie encrypted: a head, then chunks, each sealed by AES-256-GCM.

    head    48 bytes: "CHB" and the version of the form, log2 of the chunk size, two spare bytes, the data key's name
            (16), the size of the plain bytes (8), a salt (16); numbers are big-endian
    chunk   up to 2^n plain bytes, encrypted, and their 16-byte tag; an empty file has one empty chunk

Every file has its own key, drawn from the data key by the salt, so a nonce need only be the chunk's number. What a tag
also vouches for: the whole head, the plain bytes' SHA-256, the chunk's number and whether it is the last. A chunk that
is changed, moved, left out, or taken from another file therefore opens nowhere.
"""

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chainhub.repositories.damage import DamagedBlobError

CHUNK_BITS = 18
SMALLEST_BITS, LARGEST_BITS = 12, 24
TAG = 16
_MAGIC = b"CHB\x01"
_HEAD = struct.Struct(">4sB2x16sQ16s")
_PLACE = struct.Struct(">32sQ?")
HEAD = _HEAD.size

# Bytes `start` to `end` (exclusive) as they lie in storage.
Stored = Callable[[int, int], Iterable[bytes]]


@dataclass(frozen=True)
class Seal:
    """The head of one sealed file, and where its chunks lie."""

    key: UUID
    size: int
    salt: bytes
    bits: int

    @classmethod
    def new(cls, key: UUID, size: int) -> "Seal":
        """For a file that is about to be written."""
        return cls(key, size, os.urandom(16), CHUNK_BITS)

    @classmethod
    def read(cls, head: bytes, *, key: UUID, size: int) -> "Seal":
        """From storage. Raises `DamagedBlobError` where it is not the head of this file."""
        if len(head) != HEAD:
            raise DamagedBlobError
        magic, bits, name, length, salt = _HEAD.unpack(head)
        if (magic, name, length) != (_MAGIC, key.bytes, size) or not SMALLEST_BITS <= bits <= LARGEST_BITS:
            raise DamagedBlobError
        return cls(key, size, salt, bits)

    @cached_property
    def head(self) -> bytes:
        return _HEAD.pack(_MAGIC, self.bits, self.key.bytes, self.size, self.salt)

    @property
    def chunk(self) -> int:
        return 1 << self.bits

    @property
    def chunks(self) -> int:
        return max(1, -(-self.size >> self.bits))

    def offset(self, number: int) -> int:
        """Where a chunk begins in storage; of the one behind the last, where the file ends."""
        return HEAD + number * TAG + min(number << self.bits, self.size)


def stored_size(size: int) -> int:
    """How long a sealed file of `size` plain bytes is, as written now."""
    return HEAD + size + TAG * max(1, -(-size >> CHUNK_BITS))


class Sealer:
    """Seals and opens the chunks of one file."""

    def __init__(self, seal: Seal, *, secret: bytes, sha256: str) -> None:
        """`secret` is the data key's 32 bytes."""
        own = HKDF(SHA256(), length=32, salt=seal.salt, info=b"chainhub sealed file").derive(secret)
        self.seal, self._cipher, self._digest = seal, AESGCM(own), bytes.fromhex(sha256)

    def lock(self, number: int, plain: bytes) -> bytes:
        """The chunk as it is stored."""
        return self._cipher.encrypt(number.to_bytes(12), plain, self._vouched(number))

    def open(self, number: int, stored: bytes) -> bytes:
        """The chunk as it is read. Raises `DamagedBlobError`."""
        try:
            return self._cipher.decrypt(number.to_bytes(12), stored, self._vouched(number))
        except InvalidTag as error:
            raise DamagedBlobError from error

    def _vouched(self, number: int) -> bytes:
        return self.seal.head + _PLACE.pack(self._digest, number, number == self.seal.chunks - 1)


def write_sealed(source: BinaryIO, target: BinaryIO, sealer: Sealer) -> None:
    """Seal `source` into `target`. Raises `DamagedBlobError` where the source is not as long as was said."""
    seal = sealer.seal
    target.write(seal.head)
    for number in range(seal.chunks):
        plain = source.read(seal.chunk)
        if len(plain) != min(seal.chunk, seal.size - number * seal.chunk):
            raise DamagedBlobError
        target.write(sealer.lock(number, plain))
    if source.read(1):
        raise DamagedBlobError


def open_range(stored: Stored, sealer: Sealer, start: int, end: int) -> Iterator[bytes]:
    """Plain bytes `start` to `end` (exclusive) in pieces; only the chunks that hold them are fetched and opened."""
    seal = sealer.seal
    end = min(end, seal.size)
    if start >= end:
        return
    first, behind = start >> seal.bits, ((end - 1) >> seal.bits) + 1
    pieces = _regrouped(stored(seal.offset(first), seal.offset(behind)), seal.chunk + TAG)
    for number in range(first, behind):
        plain = sealer.open(number, next(pieces, b""))
        base = number << seal.bits
        whole = base >= start and base + len(plain) <= end
        yield plain if whole else plain[max(0, start - base) : end - base]


def _regrouped(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one shorter; nothing is copied where they come so already."""
    kept = b""
    for piece in pieces:
        if not kept and len(piece) == size:
            yield piece
            continue
        kept += piece
        while len(kept) >= size:
            yield kept[:size]
            kept = kept[size:]
    if kept:
        yield kept
