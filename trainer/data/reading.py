"""Files into Arrow tables, one list per organization; Parquet is memory-mapped and read by column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from trainer.contract import N_, InputFile, JobSpec
from trainer.failures import TrainingError

CHECK_FILE = N_("Inspect the dataset again, or choose another version.")


@dataclass(frozen=True)
class Party:
    """One organization and its tables, in the order of the specification."""

    slug: str
    name: str
    tables: list[pa.Table]

    @property
    def rows(self) -> int:
        return sum(table.num_rows for table in self.tables)


def read_parties(spec: JobSpec) -> list[Party]:
    """Every organization's rows; only the columns that the job uses are read from Parquet."""
    wanted = None if spec.fields is None else {*spec.fields, spec.target}
    parties: dict[str, Party] = {}
    for item in spec.inputs:
        party = parties.setdefault(item.organization, Party(item.organization, item.organization_name, []))
        table = _read(item, wanted, masked=bool(spec.masked))
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
    try:
        if path.suffix.lower() == ".parquet":
            with pq.ParquetFile(path, memory_map=True) as file:
                names = file.schema_arrow.names
                return file.read([name for name in names if wanted is None or name in wanted], use_threads=False)
        return pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(use_threads=False),
            convert_options=pa_csv.ConvertOptions(strings_can_be_null=True),
        )
    except FileNotFoundError:
        raise TrainingError(
            "data",
            N_("The file “%(file)s” of %(organization)s is not there."),
            CHECK_FILE,
            file=path.name,
            organization=item.organization_name,
        ) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise TrainingError(
            "data",
            N_("The file “%(file)s” of %(organization)s cannot be read: %(reason)s"),
            CHECK_FILE,
            file=path.name,
            organization=item.organization_name,
            # Arrow quotes the value that it cannot read.
            reason=type(error).__name__ if masked else str(error).splitlines()[0][:200],
        ) from None
