"""Text tables: read once as text to learn the types, then written typed."""

from pathlib import Path
from typing import Any

from chainhub.datasets.inspection.corpora import inspect_corpus
from chainhub.datasets.inspection.decoding import decode
from chainhub.datasets.inspection.dialect import SHOWN, Dialect, dialect_of, is_tabular
from chainhub.datasets.inspection.findings import Findings, Repairs, Tell, part_of
from chainhub.datasets.inspection.keeping import Kept
from chainhub.datasets.inspection.lines import LineScan, ZeroScan
from chainhub.datasets.inspection.profile import profile
from chainhub.datasets.inspection.reading import read_csv

PROSE = (".txt", ".text", ".md")


def inspect_text(source: Path, work: Path, repairs: Repairs, tell: Tell, *, name: str = "") -> Findings:
    """A CSV in any common spelling, or plain text where name and lines say so. Raises `RefusedFileError`."""
    text, training = work / "text.csv", work / "training.parquet"
    prose = name.lower().endswith(PROSE)
    if prose:
        encoding, _counted = decode(source, text, repairs, part_of(tell, 0.0, 0.2), ZeroScan)
        if not is_tabular(text):
            return inspect_corpus([(name, text)], work, repairs, part_of(tell, 0.2, 1.0), encoding=encoding)
        scan = LineScan.of(text)
    else:
        encoding, scan = decode(source, text, repairs, part_of(tell, 0.0, 0.2), LineScan)
    dialect = dialect_of(text, repairs)
    kept = _read(text, dialect, scan, work, repairs, part_of(tell, 0.2, 0.6))
    text.unlink()
    types = kept.settle(training, repairs, decimal_comma=dialect.decimal_comma, tell=part_of(tell, 0.6, 0.8))
    report: dict[str, Any] = {
        "format": "CSV",
        "encoding": encoding,
        "delimiter": SHOWN.get(dialect.delimiter, dialect.delimiter),
        "header": dialect.has_header,
    }
    return profile(training, types, report, repairs, pixels=dialect.pixels, tell=part_of(tell, 0.8, 1.0))


def _read(text: Path, dialect: Dialect, scan: LineScan, work: Path, repairs: Repairs, tell: Tell) -> Kept:
    """Every column's contents, counted; the batches themselves are kept in a file."""
    kept = Kept(work)
    row, size = 1 + int(dialect.has_header), 0
    for batch in read_csv(text, dialect, scan, repairs):
        kept.add(batch, row)
        row += batch.num_rows
        size += batch.nbytes
        tell(size / max(scan.size, 1))
    return kept
