"""DuckDB with a bound on memory: what does not fit goes to a folder on disk."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from chainhub.datasets.inspection.findings import Tell

MEMORY, DISK = "1GB", "32GB"
SMALL = 16 * 2**20
MOST_THREADS = 4
LOOK_EVERY = 0.3  # seconds
Row = tuple[Any, ...]


class Engine:
    """A database in memory that reads one Parquet file as the table `data`, whose columns are called by `alias`."""

    def __init__(self, source: Path, work: Path, *, memory: str = MEMORY, disk: str = DISK) -> None:
        self.names = list(pq.read_schema(source).names)
        self._connection = duckdb.connect(
            config={
                "memory_limit": memory,
                "threads": max(1, min(MOST_THREADS, os.cpu_count() or 1)),
                "temp_directory": str(work / "spilled"),
                "max_temp_directory_size": disk,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        place = str(source).replace("'", "''")
        # A small file is read once; a large one by each question, and only the columns that it names.
        kept = "TEMP TABLE" if source.stat().st_size <= SMALL else "VIEW"
        columns = ", ".join(alias(number) for number in range(len(self.names)))
        self._connection.execute(
            f"CREATE {kept} data AS SELECT * FROM read_parquet('{place}', hive_partitioning = false) AS t({columns})"  # noqa: S608
        )
        self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")

    def ask(self, sql: str, values: Sequence[Any] = (), *, tell: Tell | None = None) -> list[Row]:
        """All rows of the answer; `tell` hears how much of the work is done."""
        with _watched(self._connection, tell):
            return self._connection.execute(sql, list(values)).fetchall()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def opened(source: Path, work: Path, *, memory: str = MEMORY, disk: str = DISK) -> Iterator[Engine]:
    """An engine for a while."""
    engine = Engine(source, work, memory=memory, disk=disk)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _watched(connection: duckdb.DuckDBPyConnection, tell: Tell | None) -> Iterator[None]:
    """Another thread reads the progress while the query runs; what `tell` raises ends the query."""
    if tell is None:
        yield
        return
    ended, raised = threading.Event(), list[BaseException]()

    def look() -> None:
        while not ended.wait(LOOK_EVERY):
            try:
                tell(max(0.0, connection.query_progress()) / 100)
            except BaseException as error:  # raised again by the thread that asked
                raised.append(error)
                connection.interrupt()
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.Error:
        if not raised:
            raise
    finally:
        ended.set()
        watcher.join()
    if raised:
        raise raised[0]


def alias(place: int) -> str:
    """The name of the column at this place of the file: DuckDB takes `A` and `a` for one, so ours are not used."""
    return f"c{place}"
