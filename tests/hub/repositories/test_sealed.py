"""The sealed form: every range reads as it was written, and nothing that was touched reads at all."""

import dataclasses
import io
import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainhub.repositories.damage import DamagedBlobError
from chainhub.repositories.sealed import HEAD, TAG, Seal, Sealer, open_range, stored_size, write_sealed

BITS = 12
CHUNK = 2**BITS
KEY, SECRET, SHA = uuid.uuid4(), os.urandom(32), "ab" * 32


def sealed(data: bytes, *, salt: bytes = b"s" * 16, sha256: str = SHA) -> bytes:
    out, seal = io.BytesIO(), Seal(KEY, len(data), salt, BITS)
    write_sealed(io.BytesIO(data), out, Sealer(seal, secret=SECRET, sha256=sha256))
    return out.getvalue()


def opened(
    stored: bytes, start: int, end: int, *, size: int, sha256: str = SHA, secret: bytes = SECRET, step: int = CHUNK
) -> bytes:
    def pieces(first: int, last: int) -> Iterator[bytes]:
        part = stored[first:last]
        yield from (part[at : at + step] for at in range(0, len(part), step))

    seal = Seal.read(stored[:HEAD], key=KEY, size=size)
    return b"".join(open_range(pieces, Sealer(seal, secret=secret, sha256=sha256), start, end))


BORDERS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK]
near_borders = st.one_of(st.sampled_from(BORDERS), st.integers(0, 3 * CHUNK + 7))


@given(size=near_borders, start=near_borders, end=near_borders, step=st.integers(1, 3 * CHUNK))
@example(size=0, start=0, end=1, step=7)
@example(size=2 * CHUNK, start=CHUNK, end=2 * CHUNK, step=CHUNK + TAG)
def test_every_range_reads_as_it_was_written(size: int, start: int, end: int, step: int) -> None:
    data = os.urandom(size)
    stored = sealed(data)
    assert opened(stored, start, end, size=size, step=step) == data[start:end]


def test_a_range_needs_no_chunk_but_its_own() -> None:
    data = os.urandom(4 * CHUNK)
    stored = bytearray(sealed(data))
    stored[HEAD : HEAD + CHUNK] = bytes(CHUNK)  # the first chunk is ruined
    assert opened(bytes(stored), CHUNK, 2 * CHUNK, size=len(data)) == data[CHUNK : 2 * CHUNK]


def test_how_long_a_sealed_file_is_known_beforehand() -> None:
    for size in (0, 1, 2**18 - 1, 2**18, 2**18 + 1, 3 * 2**18):
        out = io.BytesIO()
        write_sealed(io.BytesIO(bytes(size)), out, Sealer(Seal.new(KEY, size), secret=SECRET, sha256=SHA))
        assert len(out.getvalue()) == stored_size(size)


STEP = CHUNK + TAG
MISDEEDS: dict[str, Callable[[bytes], bytes]] = {
    "two chunks change places": lambda s: s[:HEAD] + s[HEAD + STEP : HEAD + 2 * STEP] + s[HEAD : HEAD + STEP]
    + s[HEAD + 2 * STEP :],
    "a chunk is there twice": lambda s: s[: HEAD + STEP] + s[HEAD : HEAD + STEP] + s[HEAD + 2 * STEP :],
    "a chunk in the middle is missing": lambda s: s[: HEAD + STEP] + s[HEAD + 2 * STEP :],
    "the last chunk is missing": lambda s: s[: HEAD + 2 * STEP],
    "the last byte is missing": lambda s: s[:-1],
    "only the head is left": lambda s: s[:HEAD],
    "half a head is left": lambda s: s[: HEAD // 2],
    "nothing is left": lambda _s: b"",
    "another file's chunk": lambda s: s[:HEAD] + sealed(bytes(2 * CHUNK + 9), salt=b"t" * 16)[HEAD : HEAD + STEP]
    + s[HEAD + STEP :],
    "another file's head": lambda s: sealed(bytes(2 * CHUNK + 9), salt=b"t" * 16)[:HEAD] + s[HEAD:],
    "the whole of another file": lambda _s: sealed(bytes(2 * CHUNK + 9), sha256="cd" * 32),
    "another form": lambda s: b"CHB\x02" + s[4:],
    "other chunks": lambda s: s[:4] + bytes([BITS + 1]) + s[5:],
    "chunks of any size": lambda s: s[:4] + b"\xff" + s[5:],
}  # fmt: skip


@pytest.mark.parametrize("misdeed", MISDEEDS.values(), ids=MISDEEDS.keys())
def test_what_was_touched_does_not_open(misdeed: Callable[[bytes], bytes]) -> None:
    size = 2 * CHUNK + 9
    stored = misdeed(sealed(os.urandom(size)))
    with pytest.raises(DamagedBlobError):
        opened(stored, 0, size, size=size)


@given(at=st.integers(0, HEAD + 2 * STEP + 9 + TAG - 1), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(at: int, bit: int) -> None:
    """Save the two spare bytes of the head, which nobody reads."""
    size = 2 * CHUNK + 9
    data = bytes(size)
    stored = bytearray(sealed(data))
    stored[at] ^= 1 << bit
    if at in {5, 6}:
        assert opened(bytes(stored), 0, size, size=size) == data
        return
    with pytest.raises(DamagedBlobError):
        opened(bytes(stored), 0, size, size=size)


def test_a_file_shortened_with_its_head_is_noticed_by_its_row() -> None:
    """A forger without the key cannot make the last chunk; one that only claims to be shorter is not the row's."""
    long = sealed(os.urandom(3 * CHUNK))
    short = dataclasses.replace(Seal.read(long[:HEAD], key=KEY, size=3 * CHUNK), size=2 * CHUNK)
    forged = short.head + long[HEAD : HEAD + 2 * STEP]
    with pytest.raises(DamagedBlobError):
        opened(forged, 0, 2 * CHUNK, size=3 * CHUNK)
    with pytest.raises(DamagedBlobError):
        opened(forged, CHUNK, 2 * CHUNK, size=2 * CHUNK)


def test_another_key_opens_nothing() -> None:
    stored = sealed(b"ore")
    with pytest.raises(DamagedBlobError):
        opened(stored, 0, 3, size=3, secret=os.urandom(32))
    with pytest.raises(DamagedBlobError):
        Seal.read(stored[:HEAD], key=uuid.uuid4(), size=3)


def test_equal_files_look_different() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        write_sealed(io.BytesIO(b"coke" * 999), out, Sealer(Seal.new(KEY, 3996), secret=SECRET, sha256=SHA))
    assert first.getvalue()[HEAD:] != second.getvalue()[HEAD:]


@pytest.mark.parametrize("said", [2, 4])
def test_a_source_of_another_length_is_refused(said: int) -> None:
    with pytest.raises(DamagedBlobError):
        write_sealed(io.BytesIO(b"tin"), io.BytesIO(), Sealer(Seal.new(KEY, said), secret=SECRET, sha256=SHA))
