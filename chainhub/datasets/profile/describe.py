"""The way in: a canonical Parquet file and what inspection said of it become a profile."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext_noop

from chainhub.core.sentences import sentence
from chainhub.datasets.inspection.findings import Tell, part_of, quiet
from chainhub.datasets.profile.columns import Column, columns_of, pieces
from chainhub.datasets.profile.counting import count
from chainhub.datasets.profile.engine import DISK, MEMORY, Engine, opened
from chainhub.datasets.profile.grouping import group, has_classes
from chainhub.datasets.profile.images import describe_images
from chainhub.datasets.profile.measuring import measure
from chainhub.datasets.profile.sampling import look_at_samples
from chainhub.datasets.recasting import rewrite

FORMAT = 1
TOO_MUCH = gettext_noop("Counting the values took more room on disk than a profile may take, so it was stopped.")
MOST_TWICE = 2_000_000  # rows up to which duplicates are also sought without the identifiers


def profile_file(
    source: Path,
    report: Mapping[str, Any],
    work: Path,
    tell: Tell = quiet,
    *,
    target: str = "",
    memory: str = MEMORY,
    disk: str = DISK,
) -> dict[str, Any]:
    """A JSON object: format, engine, seconds, rows, target, fields, duplicates, classes, images.

    `report` is the inspection's, with the owner's corrections (see `roles.corrected_report`); `work` takes what does
    not fit into `memory`, up to `disk`. Where that does not suffice there is `{"refusal": sentence}` instead.
    """
    began = time.monotonic()
    try:
        told = _profile(_as_corrected(source, report, work), report, work, tell, target, (memory, disk))
    except duckdb.OutOfMemoryException:
        return {"refusal": sentence(TOO_MUCH)}
    return told | {"seconds": round(time.monotonic() - began, 2)}


def _as_corrected(source: Path, report: Mapping[str, Any], work: Path) -> Path:
    """The file with the types that its owner says."""
    types = {one["name"]: one["type"] for one in report.get("fields", []) if one.get("corrected")}
    if not types:
        return source
    rewritten = work / "corrected.parquet"
    rewrite(source, rewritten, types)
    return rewritten


def _profile(
    source: Path, report: Mapping[str, Any], work: Path, tell: Tell, target: str, room: tuple[str, str]
) -> dict[str, Any]:  # fmt: skip
    with opened(source, work, memory=room[0], disk=room[1]) as engine:
        columns = columns_of(engine, report.get("fields", []))
        chosen = next((one for one in columns if one.name == target), None)
        rows = count(engine, columns, part_of(tell, 0.0, 0.2))
        measure(engine, columns, rows, part_of(tell, 0.2, 0.7))
        group(engine, columns, chosen, part_of(tell, 0.7, 0.8))
        duplicates = _duplicates(engine, columns, report.get("identifiers", []), rows, part_of(tell, 0.8, 0.9))
    look_at_samples(source, columns)
    told: dict[str, Any] = {
        "format": FORMAT,
        "engine": f"DuckDB {duckdb.__version__}",
        "rows": rows,
        "columns": len(columns),
        "target": target if chosen else "",
        "fields": [one.told for one in columns],
        "duplicates": duplicates,
        "classes": _classes(chosen),
        "targets": report.get("targets", []),
    }
    if pictures := [one.name for one in columns if one.type == "image"]:
        told["images"] = describe_images(source, pictures[0], part_of(tell, 0.9, 1.0))
    return told


def _classes(target: Column | None) -> list[dict[str, Any]]:
    return list(target.told.get("values", [])) if target is not None and has_classes(target) else []


def _duplicates(
    engine: Engine, columns: list[Column], identifiers: list[str], rows: int, tell: Tell
) -> dict[str, int | None]:  # fmt: skip
    """Rows that repeat another: in every field, and in every field but those that only name the rows."""
    named = set(identifiers)
    others = [one for one in columns if one.name not in named]
    apart = 0 < len(others) < len(columns) and rows <= MOST_TWICE
    return {
        "rows": _repeated(engine, columns, tell),
        "beside_identifiers": _repeated(engine, others, quiet) if apart else None,
    }


def _repeated(engine: Engine, columns: list[Column], tell: Tell) -> int:
    # One hash of 64 bits for each row: that two different rows share one is not to be expected below billions.
    parts = [f"hash({', '.join(one.sql for one in some)})" for some in pieces(columns)]
    whole = parts[0] if len(parts) == 1 else f"hash({', '.join(parts)})"
    return int(engine.ask(f"SELECT count(*) - count(DISTINCT {whole}) FROM data", tell=tell)[0][0])  # noqa: S608
