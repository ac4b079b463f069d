"""R's serialization, big-endian binary ("XDR"), versions 2 and 3, as far as data needs it."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

NO_INTEGER = -(2**31)
MISSING_REAL = 0x7FF00000000007A2  # R's NA among the many kinds of "not a number"
HAS_ATTRIBUTES, HAS_TAG = 0x200, 0x400
REFERENCE, NIL, GLOBAL, EMPTY, BASE = 255, 254, 253, 242, 241
SYMBOL, PAIRS, CHARS, LOGICALS, INTEGERS, REALS, TEXTS, LIST = 1, 2, 9, 10, 13, 14, 16, 19
ALTERNATIVE, ATTRIBUTED_PAIRS, BYTES, ENVIRONMENT, NAMESPACE = 238, 239, 24, 4, 249
LATIN1 = 1 << 2


@dataclass
class Attributed:
    """A value with R's attributes (names, levels, class, …)."""

    content: Any
    attributes: dict[str, "Attributed"] = field(default_factory=dict)


def deserialize(data: bytes) -> Attributed:
    """Raises `ValueError` for what is no such data, or holds programs."""
    if data[:2] != b"X\n":
        raise ValueError("no XDR")
    reader = _Reader(data)
    version, _writer, _oldest = (reader.integer() for _each in range(3))
    if version == 3:  # noqa: PLR2004 - which tells the encoding of its texts
        reader.take(reader.integer())
    return reader.item()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 2
        self.known: list[Any] = []
        self.kinds: dict[int, Callable[[int], Any]] = {
            CHARS: self._chars,
            LOGICALS: self._integers,
            INTEGERS: self._integers,
            REALS: self._reals,
            TEXTS: self._list_of_chars,
            LIST: self._items,
            BYTES: lambda _flags: self.take(self._length()),
        }

    def take(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) != size:
            raise ValueError("cut off")
        self.at += size
        return piece

    def integer(self) -> int:
        return int(struct.unpack(">i", self.take(4))[0])

    def item(self) -> Attributed:
        flags = self.integer()
        kind = flags & 0xFF
        if kind in {NIL, GLOBAL, EMPTY, BASE}:
            return Attributed(None)
        if kind == REFERENCE:
            place = flags >> 8 or self.integer()
            return Attributed(self.known[place - 1])
        if kind == SYMBOL:
            name = self.item().content
            self.known.append(name)
            return Attributed(name)
        if kind in {PAIRS, ATTRIBUTED_PAIRS}:
            return Attributed(None, self._pairs(flags))
        if kind == ALTERNATIVE:
            return self._alternative()
        if kind not in self.kinds:
            raise ValueError(f"kind {kind}")
        content = self.kinds[kind](flags)
        return Attributed(content, self._attributes() if flags & HAS_ATTRIBUTES and kind != CHARS else {})

    def _attributes(self) -> dict[str, Attributed]:
        return self.item().attributes

    def _pairs(self, flags: int) -> dict[str, Attributed]:
        """A chain of name and value to its end, without going deeper for each link."""
        pairs: dict[str, Attributed] = {}
        while flags & 0xFF in {PAIRS, ATTRIBUTED_PAIRS}:
            if flags & HAS_ATTRIBUTES:
                self.item()
            name = self.item().content if flags & HAS_TAG else str(len(pairs))
            pairs[name] = self.item()
            flags = self.integer()
        return pairs

    def _alternative(self) -> Attributed:
        """What R keeps in a shorter form: counting numbers, or a vector that wraps another."""
        kind, state, attributes = (self.item() for _each in range(3))
        name = str(next(iter(kind.attributes.values())).content)
        if name == "compact_intseq":
            length, first, step = (int(number) for number in state.content)
            return Attributed([first + step * place for place in range(length)], attributes.attributes)
        if name.startswith("wrap_"):
            inner = state.content[0] if state.content else next(iter(state.attributes.values()))
            return Attributed(inner.content if isinstance(inner, Attributed) else inner, attributes.attributes)
        raise ValueError(name)

    def _length(self) -> int:
        length = self.integer()
        if length < 0:
            raise ValueError("longer than can be read")
        return length

    def _chars(self, flags: int) -> str | None:
        length = self.integer()
        if length < 0:
            return None
        latin = (flags >> 12) & LATIN1
        return self.take(length).decode("latin-1" if latin else "utf-8")

    def _integers(self, _flags: int) -> list[int | None]:
        numbers = np.frombuffer(self.take(4 * self._length()), ">i4").tolist()
        return [None if number == NO_INTEGER else number for number in numbers]

    def _reals(self, _flags: int) -> list[float | None]:
        raw = self.take(8 * self._length())
        bits = np.frombuffer(raw, ">u8").tolist()
        return [
            None if bit & 0xFFFFFFFF == MISSING_REAL & 0xFFFFFFFF and number != number else number  # noqa: PLR0124
            for bit, number in zip(bits, np.frombuffer(raw, ">f8").tolist(), strict=True)
        ]

    def _list_of_chars(self, _flags: int) -> list[str | None]:
        return [self.item().content for _each in range(self._length())]

    def _items(self, _flags: int) -> list[Any]:
        """Values inside a list keep their attributes; plain ones are reached through `content`."""
        return [self.item() for _each in range(self._length())]
