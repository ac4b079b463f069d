"""The last step: a table that was read is called what it is, and its fields get their parts."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from chainhub.datasets.inspection.chats import inspect_chats, messages_of
from chainhub.datasets.inspection.corpora import from_table
from chainhub.datasets.inspection.faults import Faults
from chainhub.datasets.inspection.findings import Findings, Repairs
from chainhub.datasets.inspection.kinds import COLUMNAR, assign_roles, fits, kind_of

ROWS_AT_ONCE = 1024
PROFILED = ("rows", "columns", "fields", "targets", "identifiers", "preview", "repairs")


def settle(findings: Findings, work: Path, repairs: Repairs, *, wanted: str = "") -> Findings:
    """With the kind (the owner's, where it fits) and roles; what turns out to be chats is written anew as such."""
    fields = findings.report["fields"]
    roles: dict[str, str] = {}
    if findings.kind == "table":
        kind, roles = kind_of(findings.training, fields, pixels="pixels" in findings.report)
        if kind == "chat" and wanted not in COLUMNAR:
            findings = _as_chats(findings, work, repairs) or findings
        elif kind == "corpus" and wanted not in COLUMNAR:
            findings = from_table(findings, next(iter(roles)), work, repairs)
        elif kind in COLUMNAR:
            findings.kind = kind
    if findings.kind in COLUMNAR and wanted in COLUMNAR and wanted != findings.kind and fits(wanted, fields):
        findings.kind, roles = wanted, {}
    _assign(findings, roles)
    findings.report = json.loads(json.dumps(findings.report))
    return findings


def _assign(findings: Findings, roles: dict[str, str]) -> None:
    report = findings.report
    if told := [name for name, role in roles.items() if role == "target"]:
        report["targets"] = [*told, *(name for name in report["targets"] if name not in told)]
    elif findings.kind in {"series", "molecules", "text"}:
        report["targets"] = [name for name in report["targets"] if name not in roles]
    report["identifiers"] = [name for name in report["identifiers"] if name not in roles]
    if findings.kind in {"corpus", "chat"}:
        roles = {"text": "text", "path": "ignore", "messages": "text"}
    target = next(iter(report["targets"]), "")
    if findings.kind == "images":
        return
    assign_roles(report["fields"], roles, target=target, identifiers=report["identifiers"])


def _as_chats(findings: Findings, work: Path, repairs: Repairs) -> Findings | None:
    """None where the columns are called like those of chats but hold something else."""
    source = findings.training.rename(work / "table.parquet")
    with pq.ParquetFile(source) as file:
        first = next(file.iter_batches(50)).to_pylist()
        if sum(messages_of(_lower(row)) is not None for row in first) < len(first) / 2:
            findings.training = source
            return None
        report = {name: value for name, value in findings.report.items() if name not in PROFILED}
        chats = inspect_chats(_rows(file), work / "training.parquet", report, repairs, Faults())
    source.unlink()
    return chats


def _rows(file: pq.ParquetFile) -> Any:
    number = 1
    for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
        for row in batch.to_pylist():
            number += 1
            yield number, _lower(row)


def _lower(row: dict[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in row.items()}
