"""Which rows answer a question: DuckDB over a stream of the columns that it names, with bounds on memory and time."""

import logging
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import duckdb
import pyarrow as pa
from django.utils.translation import gettext_noop

from chainhub.core.disk import DiskFullError, is_full
from chainhub.core.errors import DomainError
from chainhub.datasets.viewing.columns import Column
from chainhub.datasets.viewing.parquet import NUMBER, Rows
from chainhub.datasets.viewing.questions import Filter, Question
from chainhub.repositories.storage import scratch_folder

logger = logging.getLogger(__name__)

MEMORY = "256MB"
DISK = "4GB"  # for what does not fit into memory
SECONDS = 10.0
AT_ONCE = 2  # questions that one process answers at a time; the others wait
SEARCHED = 200  # columns in which words are looked for

_looking = threading.BoundedSemaphore(AT_ONCE)
_exporting = threading.BoundedSemaphore(AT_ONCE)  # which takes longer


class TooSlowError(DomainError):
    """The question was given up."""

    code = "too-slow"
    status = 503


class TooMuchError(DomainError):
    """The question needs more memory and disk than one may take."""

    code = "too-much"
    status = 422


class NoRoomError(DiskFullError):
    """The disk on which the answer is worked out is full."""

    def __init__(self) -> None:
        """It always says the same."""
        super().__init__(
            gettext_noop(
                "The hub's disk is full, so it cannot look through all rows now; ask its operator for room. Without "
                "filters, words and order you can still read them page by page."
            )
        )


def find(
    rows: Rows, columns: Sequence[Column], question: Question, *, seconds: float = SECONDS
) -> tuple[int, list[int]]:
    """How many rows answer the question, and the numbers of those on its page.

    Raises `TooSlowError`, `TooMuchError` and `NoRoomError`.
    """
    asked, aliases = _Sql(columns, question), aliases_of(columns)
    with _answering(seconds, _looking) as connection:
        connection.register("rows", rows.stream({one.name: aliases[one.name] for one in asked.columns}))
        key = aliases[question.sort.name] if question.sort else "NULL"
        connection.execute(
            f"CREATE TEMP TABLE hits AS SELECT {NUMBER} AS number, {key} AS key FROM rows WHERE {asked.where}",  # noqa: S608
            asked.values,
        )
        total = connection.execute("SELECT count(*) FROM hits").fetchall()[0][0]
        page = min(question.page, max(1, -(-total // question.size)))
        order = f"key {'DESC' if question.descending else 'ASC'} NULLS LAST, number" if question.sort else "number"
        found = connection.execute(
            f"SELECT number FROM hits ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
            [question.size, (page - 1) * question.size],
        ).fetchall()
    return int(total), [int(number) for (number,) in found]


@contextmanager
def matching(rows: Rows, columns: Sequence[Column], question: Question, *, seconds: float) -> Iterator[Any]:
    """Arrow batches of all rows that answer the question, in the file's order; columns stand as they are given.

    Raises `TooSlowError`, `TooMuchError` and `NoRoomError`.
    """
    asked, aliases = _Sql(columns, question), aliases_of(columns)
    with _answering(seconds, _exporting) as connection:
        connection.register("rows", rows.stream(aliases))
        # Where all is masked, there is one row of nothing for each that answers.
        shown = ", ".join(aliases.values()) or NUMBER
        answer = connection.sql(f"SELECT {shown} FROM rows WHERE {asked.where}", params=asked.values)  # noqa: S608
        yield answer.to_arrow_reader(10_000)


@contextmanager
def _turn(turns: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    """One of the few who look at a time. Whatever happens then, the turn goes on to the next."""
    if not turns.acquire(timeout=patience):
        raise TooSlowError(gettext_noop("Others are looking through rows right now; try again in a moment."))
    try:
        yield
    finally:
        turns.release()


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    """In memory, with a folder for what does not fit."""
    with tempfile.TemporaryDirectory(dir=scratch_folder()) as folder:
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": 1,
                "temp_directory": folder,
                "max_temp_directory_size": DISK,
                "autoload_known_extensions": False,
            }
        )
        with closing(connection):
            yield connection


@contextmanager
def _answering(seconds: float, turns: threading.BoundedSemaphore) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of one question; whatever it does, it ends in time."""
    late = threading.Event()
    try:
        with _turn(turns, min(seconds, SECONDS)), _database() as connection, _ended(connection, seconds, late):
            yield connection
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        told = _told(error, late=late.is_set())
        if told is error:
            raise
        raise told from error


@contextmanager
def _ended(connection: duckdb.DuckDBPyConnection, seconds: float, late: threading.Event) -> Iterator[None]:
    """Interrupted after so many seconds, of which `late` tells."""

    def stop() -> None:
        late.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _told(error: Exception, *, late: bool) -> Exception:
    """What a person is told; the error itself where it is a fault of the hub."""
    if late:
        return TooSlowError(
            gettext_noop("Looking through all rows took too long, so it was stopped. Ask for less at a time.")
        )
    if is_full(error):
        logger.error("there is no room to look through rows", exc_info=error)
        return NoRoomError()
    if isinstance(error, duckdb.OutOfMemoryException):
        return TooMuchError(
            gettext_noop(
                "The answer needs more room than one question may take. Filter for fewer rows, or do not sort."
            )
        )
    return error


class _Sql:
    """The conditions of a question, with the values kept apart from the words."""

    def __init__(self, columns: Sequence[Column], question: Question) -> None:
        self.values: list[Any] = []
        self.aliases = aliases_of(columns)
        used = {one.column.name: one.column for one in question.filters}
        if question.sort:
            used[question.sort.name] = question.sort
        conditions = [self._condition(one) for one in question.filters]
        if question.words:
            searched = [one for one in columns if one.sortable and not one.pixel][:SEARCHED]
            used |= {one.name: one for one in searched if one.form != "boolean" and _fits(one, question.words)}
            conditions.append(self._words(searched, question.words))
        self.columns = list(used.values())
        self.where = " AND ".join(conditions) or "true"

    def _words(self, searched: list[Column], words: str) -> str:
        parts = []
        for one in searched:
            if one.form in {"text", "moment"}:
                parts.append(f"contains(lower({self.aliases[one.name]}), lower(?))")
                self.values.append(words)
            elif one.form == "number" and (number := _number(words)) is not None:
                parts.append(f"{self.aliases[one.name]} = ?")
                self.values.append(number)
        return f"({' OR '.join(parts)})" if parts else "false"

    def _condition(self, one: Filter) -> str:
        name = self.aliases[one.column.name]
        if one.operator in {"missing", "known"}:
            return f"{name} IS {'NOT ' * (one.operator == 'known')}NULL"
        self.values.append(one.value)
        if one.operator == "has":
            return f"contains(lower({name}), lower(?))"
        if one.operator == "not":
            return f"{name} IS DISTINCT FROM ?"
        if one.operator == "is":
            return f"{name} = ?"
        sign = ">=" if one.operator == "min" else "<="
        # “Until 31 January” takes in that whole day.
        value = f"left({name}, {len(one.written)})" if one.column.form == "moment" else name
        return f"{value} {sign} ?"


def _fits(column: Column, words: str) -> bool:
    """Whether such words can stand in the column."""
    return column.form in {"text", "moment"} or _number(words) is not None


def _number(words: str) -> float | None:
    try:
        return float(words)
    except ValueError:
        return None


def aliases_of(columns: Sequence[Column]) -> dict[str, str]:
    """Names that DuckDB tells apart, which takes `A` and `a` for one, and that cannot be those of a column of ours."""
    return {column.name: f"c{place}" for place, column in enumerate(columns)}
