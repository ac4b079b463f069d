"""Files into Arrow tables, one list per organization; Parquet is memory-mapped and read by column."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from trainer.contract import N_, InputFile, JobSpec
from trainer.failures import TrainingError

CHECK_FILE = N_("Inspect the dataset again, or choose another version.")


class Lazy:
    """A Parquet file that is read column by column or batch by batch; as much of `pyarrow.Table` as is asked of one."""

    def __init__(self, item: InputFile, file: Any, names: Sequence[str], *, masked: bool) -> None:
        self._item, self._file, self._masked = item, file, masked
        self.num_rows: int = file.metadata.num_rows
        self.column_names = list(names)

    @property
    def schema(self) -> pa.Schema:
        whole = self._file.schema_arrow
        return pa.schema([whole.field(name) for name in self.column_names])

    def column(self, name: str) -> pa.ChunkedArray:
        with _told(self._item, masked=self._masked):
            return self._file.read([name], use_threads=False).column(name)

    def select(self, names: Sequence[str]) -> Lazy:
        return Lazy(self._item, self._file, names, masked=self._masked)

    def to_batches(self, max_chunksize: int) -> Iterator[pa.RecordBatch]:
        """The wanted columns, at most so many rows at a time."""
        with _told(self._item, masked=self._masked):
            yield from self._file.iter_batches(max_chunksize, columns=self.column_names, use_threads=False)


@dataclass(frozen=True)
class Party:
    """One organization and its tables, in the order of the specification."""

    slug: str
    name: str
    tables: list[pa.Table | Lazy]

    @property
    def rows(self) -> int:
        return sum(table.num_rows for table in self.tables)


def read_parties(spec: JobSpec, *, lazily: bool = False) -> list[Party]:
    """Every organization's rows; only the columns that the job uses are read from Parquet, `lazily` at their use."""
    wanted = None if spec.fields is None else {*spec.fields, spec.target}
    parties: dict[str, Party] = {}
    for item in spec.inputs:
        party = parties.setdefault(item.organization, Party(item.organization, item.organization_name, []))
        table = (_open if lazily else _read)(item, wanted, masked=bool(spec.masked))
        if spec.target not in table.column_names:
            raise TrainingError(
                "data",
                N_("The data of %(organization)s has no field “%(field)s”."),
                N_("Every organization's data must have the target field under the same name."),
                organization=item.organization_name,
                field=spec.target,
            )
        party.tables.append(table)
    for party in parties.values():
        if party.rows == 0:
            raise TrainingError(
                "data", N_("The data of %(organization)s is empty."), CHECK_FILE, organization=party.name
            )
    return list(parties.values())


def _read(item: InputFile, wanted: set[str] | None, *, masked: bool) -> pa.Table:
    path = Path(item.path)
    with _told(item, masked=masked):
        if path.suffix.lower() == ".parquet":
            with pq.ParquetFile(path, memory_map=True) as file:
                return file.read(_names(file, wanted), use_threads=False)
        return pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(use_threads=False),
            convert_options=pa_csv.ConvertOptions(strings_can_be_null=True),
        )


def _open(item: InputFile, wanted: set[str] | None, *, masked: bool) -> Lazy:
    with _told(item, masked=masked):
        file = pq.ParquetFile(Path(item.path), memory_map=True)
        return Lazy(item, file, _names(file, wanted), masked=masked)


def _names(file: Any, wanted: set[str] | None) -> list[str]:
    return [name for name in file.schema_arrow.names if wanted is None or name in wanted]


@contextlib.contextmanager
def _told(item: InputFile, *, masked: bool) -> Iterator[None]:
    """What goes wrong with a file becomes a sentence that names it."""
    name = Path(item.path).name
    try:
        yield
    except FileNotFoundError:
        raise TrainingError(
            "data",
            N_("The file “%(file)s” of %(organization)s is not there."),
            CHECK_FILE,
            file=name,
            organization=item.organization_name,
        ) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise TrainingError(
            "data",
            N_("The file “%(file)s” of %(organization)s cannot be read: %(reason)s"),
            CHECK_FILE,
            file=name,
            organization=item.organization_name,
            # Arrow quotes the value that it cannot read.
            reason=type(error).__name__ if masked else str(error).splitlines()[0][:200],
        ) from None
