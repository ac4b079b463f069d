"""Plain texts: a row for each paragraph, with the path of its file; and two texts that translate each other by line."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import COMPRESSION, ROWS_PER_GROUP
from chainhub.datasets.inspection.dialect import clean_names
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell, part_of, quiet
from chainhub.datasets.inspection.limits import MAX_ROW_BYTES
from chainhub.datasets.inspection.profile import profile

SCHEMA = pa.schema([("text", pa.string()), ("path", pa.string())])
LONGEST_PARAGRAPH = 16 * 2**10  # letters; a longer one is cut where a line ends, or hard
HELD = 8 * 2**20  # letters in memory

Texts = Iterable[tuple[str, Path]]  # name of each, and where it lies in UTF-8


def inspect_corpus(texts: Texts, work: Path, repairs: Repairs, tell: Tell, *, encoding: str = "") -> Findings:
    """Every paragraph of every text. Raises `RefusedFileError`."""
    training, files = work / "training.parquet", 0
    with pq.ParquetWriter(training, SCHEMA, compression=COMPRESSION) as writer:
        rows = 0
        for name, path in texts:
            files += 1
            for part in _parts(paragraphs(path)):
                columns = [pa.array(part, pa.string()), pa.array([name] * len(part), pa.string())]
                writer.write_table(pa.table(columns, schema=SCHEMA), row_group_size=ROWS_PER_GROUP)
                rows += len(part)
            path.unlink()
    if not rows:
        raise RefusedFileError(gettext_noop("The file holds no rows."))
    report: dict[str, Any] = {"format": gettext_noop("text"), "encoding": encoding, "files": files}
    findings = profile(
        training, {"text": "text", "path": "text"}, report, repairs, pixels=None, tell=part_of(tell, 0.5, 1)
    )
    findings.kind = "corpus"
    findings.report |= {"targets": [], "identifiers": []}
    return findings


def paragraphs(path: Path) -> Iterator[str]:
    """What stands between blank lines, at most 16,384 letters of it at a time."""
    lines: list[str] = []
    size = 0
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        while line := file.readline(LONGEST_PARAGRAPH):
            blank = not line.strip()
            if lines and (blank or size + len(line) > LONGEST_PARAGRAPH):
                yield "".join(lines).strip()
                lines, size = [], 0
            if not blank:
                lines.append(line)
                size += len(line)
    if lines:
        yield "".join(lines).strip()


def _parts(texts: Iterator[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    size = 0
    for text in texts:
        part.append(text)
        size += len(text)
        if size > HELD or len(part) == ROWS_PER_GROUP:
            yield part
            part, size = [], 0
    if part:
        yield part


def line_names(names: Sequence[str], repairs: Repairs) -> list[str]:
    """What two parallel texts are called: by what differs in their names (`train.en` and `train.zh.txt`)."""
    stems = [PurePosixPath(name).name.removesuffix(".txt") for name in names]
    ends = [stem.rsplit(".", 1)[-1].rsplit("_", 1)[-1] for stem in stems]
    return clean_names(ends if len(set(ends)) == len(ends) else stems, repairs)


def inspect_parallel(
    texts: Sequence[tuple[str, Path]], work: Path, repairs: Repairs, tell: Tell, *, encoding: str
) -> Findings:
    """Two texts of as many lines: line by line, one translates the other."""
    training = work / "training.parquet"
    names = line_names([name for name, _path in texts], repairs)
    schema = pa.schema([(name, pa.string()) for name in names])
    rows = left_out = 0
    with pq.ParquetWriter(training, schema, compression=COMPRESSION) as writer:
        for part in _parts(_line_pairs([path for _name, path in texts])):
            whole = [pair for pair in part if all(pair)]
            left_out += len(part) - len(whole)
            if whole:
                arrays = [pa.array(side, pa.string()) for side in zip(*whole, strict=True)]
                writer.write_table(pa.table(arrays, schema=schema), row_group_size=ROWS_PER_GROUP)
            rows += len(whole)
    if not rows:
        raise RefusedFileError(gettext_noop("The file holds no rows."))
    if left_out:
        repairs.tell(
            gettext_noop("Lines that are empty in one of the two texts were left out (%(count)s)."), count=left_out
        )
    report: dict[str, Any] = {"format": gettext_noop("text"), "encoding": encoding, "files": len(texts)}
    return profile(
        training, dict.fromkeys(names, "text"), report, repairs, pixels=None, tell=part_of(tell, 0.5, 1.0)
    )  # fmt: skip


def count_lines(path: Path) -> int:
    """Lines of a text, whether or not the last one ends."""
    count, ended = 0, True
    with path.open("rb") as file:
        while piece := file.read(2**20):
            count += piece.count(b"\n")
            ended = piece.endswith(b"\n")
    return count + (not ended)


def _line_pairs(paths: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    first, second = (path.open(encoding="utf-8-sig", newline="\n") for path in paths)
    with first, second:
        yield from (
            (one.strip(), other.strip()) for one, other in zip_longest(_lines(first), _lines(second), fillvalue="")
        )


def _lines(file: Any) -> Iterator[str]:
    while line := file.readline(MAX_ROW_BYTES):
        yield line


def from_table(findings: Findings, name: str, work: Path, repairs: Repairs) -> Findings:
    """A table of a single column of prose is a corpus, each row a text of its own."""
    source = findings.training.rename(work / "table.parquet")
    training = work / "training.parquet"
    with pq.ParquetFile(source) as file, pq.ParquetWriter(training, SCHEMA, compression=COMPRESSION) as writer:
        for batch in file.iter_batches(1024, columns=[name], use_threads=False):
            texts = batch.column(0).drop_null()
            columns = [texts, pa.nulls(len(texts), pa.string())]
            writer.write_table(pa.table(columns, schema=SCHEMA), row_group_size=ROWS_PER_GROUP)
    source.unlink()
    report: dict[str, Any] = {key: findings.report[key] for key in ("format", "encoding") if key in findings.report}
    types = {"text": "text", "path": "text"}
    made = profile(training, types, report, repairs, pixels=None, tell=quiet)
    made.kind = "corpus"
    made.report |= {"targets": [], "identifiers": []}
    return made
