"""Excel workbooks: the first sheet that holds a table, row by row; formulas count as the values they had."""

import datetime
import warnings
import xml.parsers.expat
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl  # type: ignore[import-untyped]
import pyarrow as pa
from django.utils.translation import gettext_noop
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from chainhub.datasets.inspection.archives import DAMAGE, Archive, Member, shown
from chainhub.datasets.inspection.dialect import clean_names, has_header
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell, part_of
from chainhub.datasets.inspection.keeping import Kept, refuse_too_much
from chainhub.datasets.inspection.limits import MAX_NOTES_BYTES, PIECE
from chainhub.datasets.inspection.profile import profile
from chainhub.datasets.inspection.values import plain_text

WORKBOOK = "xl/workbook.xml"
BROKEN = (*DAMAGE, KeyError, TypeError, AttributeError, ParseError, BadZipFile, InvalidFileException, AssertionError)
SAMPLE_ROWS = 200
ROWS_AT_ONCE = 4_096
LONGEST_GAP = 10_000  # blank rows after which nothing more is expected
MIDNIGHT = "T00:00:00"

Cells = list[str | None]


def inspect_excel(source: Path, archive: Archive, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """A table out of a workbook. Raises `RefusedFileError`."""
    _check_parts(archive, repairs)
    training = work / "training.parquet"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and validations that mean nothing here
            with source.open("rb") as file:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
                try:
                    types, report = _read(book, work, training, repairs, tell)
                finally:
                    book.close()
    except BROKEN as error:
        raise RefusedFileError(
            gettext_noop("The workbook is damaged or cut off; save it again and upload it.")
        ) from error
    return profile(training, types, report, repairs, pixels=None, tell=part_of(tell, 0.8, 1.0))


def _check_parts(archive: Archive, repairs: Repairs) -> None:
    """No document type, which may define entities that grow without end; no strings beyond what is read at once."""
    with archive.reading() as reading:
        for member in archive.members:
            if member.suffix in {".xml", ".rels"}:
                _refuse_document_type(reading, member)
            if member.path.name == "sharedStrings.xml" and member.size > MAX_NOTES_BYTES:
                raise RefusedFileError(
                    gettext_noop("The workbook is too large to be read; export the sheet as CSV and upload that.")
                )
    if any(member.path.name == "vbaProject.bin" for member in archive.members):
        repairs.tell(gettext_noop("The macros of the workbook were ignored."))


class _FirstSign(Exception):  # noqa: N818 - no error: the way out of a parser
    """What an XML file begins with: an element, or a document type."""


def _refuse_document_type(reading: Any, member: Member) -> None:
    """Raises `RefusedFileError` unless an element comes first, within reason."""
    try:
        with reading.stream(member) as file:
            head = file.read(PIECE)
        found = _first_sign(head)
    except (*DAMAGE, xml.parsers.expat.ExpatError):
        return  # broken parts are found out where they are read
    if found != "element":
        raise RefusedFileError(
            gettext_noop("The workbook holds XML that no spreadsheet writes (in “%(path)s”); it is refused."),
            path=shown(member.name),
        )


def _first_sign(head: bytes) -> str:
    """`element`, `doctype`, or nothing; nothing behind it is read, so that no entity is ever expanded."""

    def stop(sign: str) -> None:
        raise _FirstSign(sign)

    parser = xml.parsers.expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_told: stop("doctype")
    parser.StartElementHandler = lambda *_told: stop("element")
    try:
        parser.Parse(head, False)  # noqa: FBT003 - expat takes it by place
    except _FirstSign as sign:
        return str(sign)
    return ""


def _read(book: Any, work: Path, training: Path, repairs: Repairs, tell: Tell) -> tuple[dict[str, str], dict[str, Any]]:
    sheet, first, rest = _first_table(book, repairs)
    names, skipped = _names(first, repairs)
    kept, days = _kept(enumerate(chain(first[skipped:], rest), skipped + 1), names, work, repairs, tell)
    if not kept.rows:
        raise RefusedFileError(gettext_noop("The file has a header but no rows below it."))
    for name in days:
        column = kept.columns[name]
        if column.decide(decimal_comma=False, repairs=repairs) == "time":
            column.type = "date"
    types = kept.settle(training, repairs, decimal_comma=False, tell=part_of(tell, 0.6, 0.7))
    return types, {"format": "Excel", "sheet": plain_text(sheet), "header": bool(skipped)}


def _kept(
    numbered: Iterator[tuple[int, Cells]], names: list[str], work: Path, repairs: Repairs, tell: Tell
) -> tuple[Kept, list[str]]:
    """The rows, and the columns whose moments are all at midnight: those are days."""
    kept, width = Kept(work), len(names)
    beyond, first_beyond, days = 0, 0, set(range(width))
    while batch := list(islice(numbered, ROWS_AT_ONCE)):
        wide = [number for number, row in batch if len(row) > width]
        beyond, first_beyond = beyond + len(wide), first_beyond or (wide[0] if wide else 0)
        rows = [(row + [None] * width)[:width] for _number, row in batch]
        columns = [[row[place] for row in rows] for place in range(width)]
        days = {place for place in days if all(not cell or cell.endswith(MIDNIGHT) for cell in columns[place])}
        kept.add(pa.record_batch([pa.array(column, pa.string()) for column in columns], names), batch[0][0])
        tell(0.1 + 0.5 * kept.rows / (kept.rows + 100_000))
    if beyond:
        repairs.tell(
            gettext_noop("Values beyond the last column were left out (in %(count)s rows, the first is row %(row)s)."),
            count=beyond,
            row=first_beyond,
        )
    return kept, [names[place] for place in sorted(days) if kept.rows]


def _first_table(book: Any, repairs: Repairs) -> tuple[str, list[Cells], Iterator[Cells]]:
    """Name, first rows and further rows of the first sheet with two rows. Raises `RefusedFileError`."""
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    for sheet in sheets:
        rows = _rows(sheet)
        first = list(islice(rows, SAMPLE_ROWS))
        if len(first) > 1:
            _tell_of_others(sheet.title, [one.title for one in sheets if one is not sheet], repairs)
            return sheet.title, first, rows
    raise RefusedFileError(gettext_noop("No sheet of the workbook holds a table of two or more rows."))


def _tell_of_others(title: str, others: list[str], repairs: Repairs) -> None:
    if others:
        repairs.tell(
            gettext_noop("The sheet “%(sheet)s” was read; these were not: %(others)s."),
            sheet=plain_text(title),
            others=", ".join(f"“{plain_text(other)}”" for other in others[:8]) + (" …" if len(others) > 8 else ""),  # noqa: PLR2004
        )


def _rows(sheet: Any) -> Iterator[Cells]:
    """Rows with any value, without the blanks at their ends."""
    sheet.reset_dimensions()  # what the file claims of its size may be a lie
    gap = 0
    for row in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        gap = 0 if cells else gap + 1
        if cells:
            refuse_too_much(1, len(cells))
            yield cells
        elif gap > LONGEST_GAP:
            return


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.replace(microsecond=0, tzinfo=None).isoformat()
    if isinstance(value, datetime.date):
        return f"{value.isoformat()}{MIDNIGHT}"
    return plain_text(str(value))


def _names(rows: list[Cells], repairs: Repairs) -> tuple[list[str], int]:
    """Names of the columns, and how many rows stand before the first one of values."""
    width = max(len(row) for row in rows[1:])
    titles = 0
    while titles < len(rows) - 2 and len(rows[titles]) == 1 < len(rows[titles + 1]) and width > 1:
        titles += 1
    if titles:
        repairs.tell(gettext_noop("Lines of remarks before the table were left out (%(count)s)."), count=titles)
    sample = [[cell or "" for cell in row] for row in rows[titles:]]
    if has_header(sample):
        width = max(len(row) for row in sample)
        return clean_names((sample[0] + [""] * width)[:width], repairs), titles + 1
    names = [f"field_{number}" for number in range(1, width + 1)]
    repairs.tell(
        gettext_noop("The file has no header line; its columns were named field_1 to %(last)s."), last=names[-1]
    )
    return names, titles
