"""How a text table is written: delimiter, header, and what stands before and beside it."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.findings import RefusedFileError, Repairs
from chainhub.datasets.inspection.limits import MAX_COLUMNS, MAX_NAME, SAMPLE
from chainhub.datasets.inspection.pixels import PixelShape, pixel_names
from chainhub.datasets.inspection.values import MISSING, looks_like

DELIMITERS = "\t;|,"
RARE_DELIMITERS = "^~\x01 :"
ROWS_LOOKED_AT = 200
CONSISTENT = 0.9
SHOWN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space", "\x01": "control-A"}


@dataclass
class Dialect:
    """What the CSV reader needs to know."""

    delimiter: str
    names: list[str]
    has_header: bool
    preamble: int = 0  # lines before the header
    ignored: int | None = None  # a last column that is always empty
    pixels: PixelShape | None = None
    sample: list[list[str]] = field(default_factory=list)

    @property
    def decimal_comma(self) -> bool:
        """Whether a comma in a number is its decimal point, where both readings are possible."""
        return self.delimiter != ","


def is_tabular(path: Path) -> bool:
    """Whether the lines of a UTF-8 text are split evenly by some delimiter; those of prose are not."""
    text = _beginning(path)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    return len(rows) > 1 and len(rows[0]) > 1 and sum(len(row) == len(rows[0]) for row in rows) > CONSISTENT * len(rows)


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(SAMPLE * 4)
    text = raw.decode("utf-8", "ignore")
    return text[: text.rfind("\n")] if len(raw) == SAMPLE * 4 and "\n" in text else text


def dialect_of(path: Path, repairs: Repairs) -> Dialect:
    """Told from the beginning of a UTF-8 file. Raises `RefusedFileError`."""
    text = _beginning(path)
    delimiter, preamble = _preamble(text, repairs)
    body = "\n".join(text.split("\n")[preamble:])
    delimiter = delimiter or _delimiter(body)
    rows = _rows(body, delimiter)
    if not rows:
        raise RefusedFileError(gettext_noop("The file holds no rows."))
    if max(len(row) for row in rows) > MAX_COLUMNS:
        raise RefusedFileError(
            gettext_noop("The table has %(columns)s columns; at most %(limit)s can be used."),
            columns=max(len(row) for row in rows),
            limit=MAX_COLUMNS,
        )
    return _with_names(Dialect(delimiter, [], has_header=has_header(rows), preamble=preamble, sample=rows), repairs)


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: some cell is text where the column below holds numbers."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return not any(looks_like(cell) == "number" for cell in first)
    if _are_years(first):
        return True
    alike = 0
    for place, cell in enumerate(first):
        below = Counter(looks_like(row[place]) for row in rest if place < len(row) and row[place] not in MISSING)
        usual = below.most_common(1)[0][0] if below else "text"
        if usual != "text" and looks_like(cell) != usual and cell.strip() not in MISSING:
            return True
        alike += usual != "text" and looks_like(cell) == usual
    return alike == 0


def _are_years(first: list[str]) -> bool:
    """Columns such as 2019, 2020, 2021 are named by numbers."""
    years = [int(cell) for cell in first if re.fullmatch(r"(19|20)\d\d", cell.strip())]
    return len(years) > 1 and years == list(range(years[0], years[0] + len(years)))


def _preamble(text: str, repairs: Repairs) -> tuple[str, int]:
    """The delimiter that Excel's `sep=` line names, and how many lines come before the table."""
    lines = text.split("\n", 50)[:50]
    named = re.fullmatch(r"\ufeff?sep=(.)", lines[0].strip("\r"))
    if named:
        return named[1], 1
    count = 0
    while count < len(lines) - 1 and (not lines[count].strip() or lines[count].startswith("#")):
        count += 1
    if any(line.startswith("#") for line in lines[:count]):
        repairs.tell(gettext_noop("Lines of remarks before the table were left out (%(count)s)."), count=count)
        return "", count
    return "", 0


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > ROWS_LOOKED_AT:
                break
    except csv.Error:
        # A field beyond Python's limit: the reader proper has its own.
        return rows
    return rows


def _delimiter(text: str) -> str:
    """The delimiter under which most rows are as wide as the first."""
    best, best_width = ",", 1
    for delimiter in DELIMITERS:
        rows = _rows(text, delimiter)
        widths = Counter(len(row) for row in rows[1:] or rows)
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        fits = count >= CONSISTENT * sum(widths.values()) and abs(len(rows[0]) - width) <= 1 if rows else False
        if not fits or width < 2 or len(rows[0]) < 2:  # noqa: PLR2004 - one column needs no delimiter
            continue
        if best_width == 1 or (width > best_width and not _is_decimal_comma(text, best, delimiter)):
            best, best_width = delimiter, width
    return best if best_width > 1 else _rare(text) or _frequent(text)


def _rare(text: str) -> str:
    """Delimiters that few use, where every row is as wide as the others; blanks and colons only beside numbers."""
    for delimiter in RARE_DELIMITERS:
        rows = _rows(text, delimiter)
        if len(rows) < 2 or len(rows[0]) < 2 or {len(row) for row in rows} != {len(rows[0])}:  # noqa: PLR2004
            continue
        plain = delimiter in "^~\x01"
        if plain or any(all(looks_like(row[place]) == "number" for row in rows[1:]) for place in range(len(rows[0]))):
            return delimiter
    return ""


def _frequent(text: str) -> str:
    """Where no delimiter gives even rows, one that stands in the header and in half of the rows is still meant."""
    lines = [line for line in text.split("\n", ROWS_LOOKED_AT)[:ROWS_LOOKED_AT] if line.strip()]
    for delimiter in DELIMITERS:
        if lines and delimiter in lines[0] and sum(delimiter in line for line in lines) >= len(lines) / 2:
            return delimiter
    return ","


def _is_decimal_comma(text: str, chosen: str, other: str) -> bool:
    """1,5;2,5 is two numbers, not three: every comma stands between digits."""
    body = text.split("\n", 1)[-1]
    return chosen == ";" and other == "," and not re.search(r"\D,|,\D", body)


def _with_names(dialect: Dialect, repairs: Repairs) -> Dialect:
    first, rest = dialect.sample[0], dialect.sample[1:]
    usual = Counter(len(row) for row in rest).most_common(1)[0][0] if rest else len(first)
    if not dialect.has_header:
        dialect.names, dialect.pixels = _invented_names(dialect.sample, usual)
        _tell_of_no_header(dialect, repairs)
        return dialect
    names = list(first)
    if usual == len(first) + 1 and all(not row[-1].strip() for row in rest if len(row) == usual):
        dialect.ignored = usual - 1
        names.append("")
        repairs.tell(gettext_noop("Every row ends with a needless delimiter; it is ignored."))
    elif usual == len(first) + 1:
        names.insert(0, "row_name")
        repairs.tell(gettext_noop("The header names one column too few; the first column is called “row_name”."))
    elif usual == len(first) - 1 and not first[-1].strip():
        names.pop()
    dialect.names = clean_names(names, repairs)
    return dialect


def _invented_names(rows: list[list[str]], width: int) -> tuple[list[str], PixelShape | None]:
    pixels = pixel_names(rows, width)
    if pixels:
        return pixels
    return [f"field_{number}" for number in range(1, width + 1)], None


def _tell_of_no_header(dialect: Dialect, repairs: Repairs) -> None:
    if dialect.pixels:
        repairs.tell(
            gettext_noop(
                "The file has no header line; its %(count)s columns fit images of %(height)s × %(width)s pixels and a "
                "label, and were named pixel_0 to %(last)s and label."
            ),
            count=len(dialect.names),
            height=dialect.pixels.height,
            width=dialect.pixels.width,
            last=f"pixel_{len(dialect.names) - 2}",
        )
    else:
        repairs.tell(
            gettext_noop("The file has no header line; its columns were named field_1 to %(last)s."),
            last=dialect.names[-1],
        )


def clean_names(names: list[str], repairs: Repairs) -> list[str]:
    """Column names that are there, fit to be shown, and different from each other."""
    cleaned: list[str] = []
    for place, name in enumerate(names, 1):
        new = re.sub(r"[\x00-\x1f\x7f]+", " ", name).strip().lstrip("\ufeff")[:MAX_NAME]
        if not new:
            new = f"field_{place}"
            repairs.tell(
                gettext_noop("Column %(number)s has no name; it is called “%(name)s”."), number=place, name=new
            )
        if new in cleaned:
            other = next(f"{new}_{number}" for number in range(2, len(names) + 3) if f"{new}_{number}" not in cleaned)
            repairs.tell(
                gettext_noop("Two columns are called “%(name)s”; the later one, column %(number)s, is now “%(new)s”."),
                name=new,
                number=place,
                new=other,
            )
            new = other
        cleaned.append(new)
    return cleaned
