"""What a text column holds, gathered batch by batch from its different values."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_noop

from chainhub.datasets.inspection import values as written
from chainhub.datasets.inspection.findings import Repairs

MISSING = pa.array(sorted(written.MISSING))
MISSING_AMONG_NUMBERS = pa.array(sorted(written.MISSING_AMONG_NUMBERS))
TRUTHS = pa.array(["true", "false"])
EXACT_DIGITS = 18
OUTLIERS = 0.02  # share of words that a column of numbers may hold
ENOUGH = 20
FORMATS = (*written.DATES, *written.TIMES)


@dataclass
class Column:
    """Counts over all batches so far, and in the end the type."""

    name: str
    values: int = 0
    absent: int = 0  # words that mean nothing is known among numbers
    numbers: int = 0
    integers: int = 0
    commas: int = 0
    thousands: int = 0
    codes: int = 0  # with zeros in front, or longer than a number can hold
    truths: int = 0
    infinite: int = 0
    formats: list[str] = field(default_factory=lambda: [pattern for pattern, _shown in FORMATS])
    word: tuple[str, int] | None = None  # the first value that is no number, and its row
    endless: tuple[str, int] | None = None  # the first infinite one
    spellings: set[str] = field(default_factory=set)
    type: str = ""

    def look(self, texts: pa.Array, first_row: int) -> None:
        """Count what the next batch holds. `first_row` is the row of its first value, the header being row 1."""
        found = pc.value_counts(pc.utf8_trim_whitespace(texts))
        unique, counts = found.field("values"), found.field("counts")
        missing = pc.is_in(unique, MISSING)
        self.spellings.update(word for word in unique.filter(missing).to_pylist() if word)
        known = pc.invert(missing)
        unique, counts = unique.filter(known), counts.filter(known)
        if not len(unique):
            return
        self.values += _sum(counts)
        if self._are_plain_numbers(unique, counts):
            return
        self._count_numbers(unique, counts, texts, first_row)
        lower = pc.ascii_lower(unique) if len(unique) <= ENOUGH else unique
        self.truths += _sum(counts, pc.is_in(lower, TRUTHS))
        if self.formats and not _look_like_dates(unique):
            self.formats = []
        self.formats = [one for one in self.formats if _all_dates(unique, one)]

    def _are_plain_numbers(self, unique: pa.Array, counts: pa.Array) -> bool:
        """The usual case, found out by one question."""
        if not pc.all(pc.match_substring_regex(unique, f"^({written.PLAIN})$")).as_py():
            return False
        self.numbers += _sum(counts)
        self.integers += _sum(counts, pc.match_substring_regex(unique, f"^({written.INTEGER})$"))
        self.formats = []
        return True

    def _count_numbers(self, unique: pa.Array, counts: pa.Array, texts: pa.Array, first_row: int) -> None:
        integers = pc.match_substring_regex(unique, f"^({written.INTEGER})$")
        numbers = pc.or_(integers, pc.match_substring_regex(unique, f"^({written.NUMBER})$"))
        self.integers += _sum(counts, integers)
        codes = pc.or_(
            pc.match_substring_regex(unique, f"^({written.LEADING_ZERO})$"),
            pc.and_(integers, pc.greater(pc.utf8_length(unique), EXACT_DIGITS)),
        )
        self.codes += _sum(counts, codes)
        if pc.all(numbers).as_py():
            self.numbers += _sum(counts)
            return
        commas = pc.match_substring_regex(unique, f"^({written.DECIMAL_COMMA})$")
        thousands = pc.match_substring_regex(unique, f"^({written.THOUSANDS})$")
        infinite = pc.match_substring_regex(unique, f"^({written.INFINITE})$")
        absent = pc.is_in(unique, MISSING_AMONG_NUMBERS)
        self.numbers += _sum(counts, numbers)
        self.commas += _sum(counts, pc.and_not(commas, thousands))
        self.thousands += _sum(counts, thousands)
        self.infinite += _sum(counts, infinite)
        self.absent += _sum(counts, absent)
        self.endless = self.endless or _first(unique, infinite, texts, first_row)
        others = pc.invert(pc.or_(pc.or_(pc.or_(numbers, commas), pc.or_(thousands, infinite)), absent))
        self.word = self.word or _first(unique, others, texts, first_row)

    def decide(self, *, decimal_comma: bool, repairs: Repairs) -> str:
        """Settle the type: integer, number, boolean, date, time or text; tell what it takes to read it so."""
        known = self.values - self.absent
        numeric = self.numbers + self.commas + self.thousands + self.infinite
        words = known - numeric
        if self.values and self.truths == self.values:
            self.type = "boolean"
        elif self.values and self.formats:
            self.type = "time" if "%H" in self.formats[0] else "date"
        elif not known or self.codes or words > (OUTLIERS * known if known >= ENOUGH else 0) or not numeric:
            self.type = "text"
        else:
            self.type = "integer" if self.integers == known else "number"
            self._tell(words, decimal_comma=decimal_comma, repairs=repairs)
        if self.type == "text" and self.codes and self.numbers == known:
            repairs.tell(
                gettext_noop("“%(name)s” holds codes rather than quantities (zeros in front, or too many digits)."),
                name=self.name,
            )
        return self.type

    def _tell(self, words: int, *, decimal_comma: bool, repairs: Repairs) -> None:
        if words and self.word:
            repairs.tell(
                gettext_noop(
                    "“%(name)s”: values that are no numbers count as missing (%(count)s, the first is “%(value)s” in "
                    "row %(row)s)."
                ),
                name=self.name, count=words, value=self.word[0][:40], row=self.word[1],
            )  # fmt: skip
        if self.infinite and self.endless:
            repairs.tell(
                gettext_noop("“%(name)s”: infinite values count as missing (%(count)s, the first in row %(row)s)."),
                name=self.name, count=self.infinite, row=self.endless[1],
            )  # fmt: skip
        if self.commas or (self.thousands and decimal_comma):
            repairs.tell(gettext_noop("“%(name)s” is written with a decimal comma and was read so."), name=self.name)
        elif self.thousands:
            repairs.tell(
                gettext_noop("“%(name)s” is written with commas between thousands; they were removed."), name=self.name
            )


def tell_spellings(columns: list[Column], repairs: Repairs) -> None:
    """One sentence on the words that were read as missing."""
    words = sorted({word for column in columns for word in column.spellings})
    if words:
        repairs.tell(gettext_noop("Read as missing: %(words)s."), words=", ".join(f"“{word}”" for word in words[:8]))


def _sum(counts: pa.Array, mask: pa.Array | None = None) -> int:
    return int(pc.sum(counts if mask is None else counts.filter(mask)).as_py() or 0)


def _look_like_dates(unique: pa.Array) -> bool:
    return bool(pc.all(pc.match_substring_regex(unique[:ENOUGH], f"^{written.DATE_LIKE}$")).as_py())


def _all_dates(unique: pa.Array, pattern: str) -> bool:
    some = unique[:ENOUGH]
    return not any(
        pc.strptime(part, format=pattern, unit="s", error_is_null=True).null_count for part in (some, unique)
    )


def _first(unique: pa.Array, mask: Any, texts: pa.Array, first_row: int) -> tuple[str, int] | None:
    """The first value under the mask with its row; the values are in the order of their first appearance."""
    chosen = unique.filter(mask)
    if not len(chosen):
        return None
    return chosen[0].as_py(), first_row + int(pc.index(pc.utf8_trim_whitespace(texts), chosen[0]).as_py())
