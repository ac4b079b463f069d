"""What inspection finds in good files, and the canonical form that it leaves for training."""

import datetime
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from chainhub.core.sentences import render
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Findings
from tests.hub.datasets.hostile_texts import pixel_rows
from tests.hub.datasets.packing import parquet, picture, zipped


@pytest.fixture
def inspect(tmp_path: Path) -> Any:
    """`inspect(bytes)` gives the findings and the canonical table."""

    def look(data: bytes | str) -> tuple[Findings, pa.Table]:
        source, work = tmp_path / "source", tmp_path / "work"
        source.write_bytes(data.encode() if isinstance(data, str) else data)
        work.mkdir(exist_ok=True)
        findings = inspect_file(source, work)
        return findings, pq.read_table(findings.training)

    return look


def field(findings: Findings, name: str) -> dict[str, Any]:
    return next(one for one in findings.report["fields"] if one["name"] == name)


ROWS = "".join(
    f"{n},{n / 4},{'true' if n % 3 else 'FALSE'},{'ABC'[n % 3]},a longer remark no {n},2026-01-{n % 28 + 1:02},"
    f"2026-01-01 10:{n % 60:02},7,{'' if n % 5 == 0 else n % 4}\n"
    for n in range(200)
)
TABLE = "id,size,good,grade,remark,day,at,always,holes\n" + ROWS


def test_each_field_gets_its_type_and_its_kind(inspect: Any) -> None:
    findings, table = inspect(TABLE)
    told = {one["name"]: (one["type"], one["kind"]) for one in findings.report["fields"]}
    assert told == {
        "id": ("integer", "number"),
        "size": ("number", "number"),
        "good": ("boolean", "boolean"),
        "grade": ("text", "category"),
        "remark": ("text", "text"),
        "day": ("date", "date"),
        "at": ("time", "date"),
        "always": ("integer", "constant"),
        "holes": ("integer", "number"),
    }
    assert [str(kind) for kind in table.schema.types] == [
        "int64", "double", "bool", "string", "string", "string", "string", "int64", "int64",
    ]  # fmt: skip
    assert table.slice(1, 1).to_pylist()[0] == {
        "id": 1, "size": 0.25, "good": True, "grade": "B", "remark": "a longer remark no 1", "day": "2026-01-02",
        "at": "2026-01-01T10:01:00", "always": 7, "holes": 1,
    }  # fmt: skip


def test_the_report_holds_gaps_spread_and_distribution(inspect: Any) -> None:
    findings, _table = inspect(TABLE)
    holes, size, grade, day = (field(findings, name) for name in ("holes", "size", "grade", "day"))
    assert (holes["missing"], holes["missing_share"], holes["distinct"]) == (40, 0.2, 4)
    assert holes["distribution"] == {
        "kind": "values",
        "values": [{"value": value, "count": 40} for value in (1, 2, 3, 0)],
        "other": 0,
    }
    assert (size["min"], size["max"], size["mean"], size["quantiles"]["50"]) == (0.0, 49.75, 24.875, 24.875)
    assert sum(size["distribution"]["counts"]) == 200
    assert len(size["distribution"]["edges"]) == 21
    assert {value["value"] for value in grade["distribution"]["values"]} == {"A", "B", "C"}
    assert day["distribution"]["edges"][0] == "2026-01-01"
    assert (day["min"], day["max"]) == ("2026-01-01", "2026-01-28")


def test_targets_and_identifiers_are_guessed(inspect: Any) -> None:
    findings, _table = inspect("serial,x,diagnosis\n" + "".join(f"S{n},{n % 7},{n % 2}\n" for n in range(60)))
    assert findings.report["targets"][0] == "diagnosis"
    assert findings.report["identifiers"] == ["serial"]


def test_the_preview_is_small_whatever_the_table(inspect: Any) -> None:
    names = ",".join(f"c{n}" for n in range(200))
    findings, _table = inspect(f"{names}\n" + f"{','.join(['x' * 400] * 200)}\n" * 80)
    preview = findings.report["preview"]
    assert (len(preview["columns"]), preview["hidden"], len(preview["rows"])) == (60, 140, 50)
    assert len(preview["rows"][0][0]) == 121


def test_a_table_of_5000_columns_is_taken(inspect: Any) -> None:
    names = ",".join(f"c{n}" for n in range(5000))
    findings, table = inspect(f"{names}\n" + f"{','.join(map(str, range(5000)))}\n" * 3)
    assert (findings.report["columns"], table.num_columns) == (5000, 5000)


@pytest.mark.parametrize("label_first", [False, True])
def test_rows_of_pixels_are_seen_as_pictures(inspect: Any, label_first: bool) -> None:
    findings, table = inspect(pixel_rows(label_first=label_first))
    pixels = findings.report["pixels"]
    assert (pixels["height"], pixels["width"], pixels["channels"], pixels["label"]) == (28, 28, 1, "label")
    assert (pixels["first"], pixels["count"]) == ("pixel_0", 784)
    assert table.column_names[0 if label_first else -1] == "label"
    assert findings.report["targets"] == ["label"]
    shown = findings.report["preview"]["images"]
    assert len(shown) == 30
    assert field(findings, "pixel_5")["kind"] == "pixel"
    assert "distribution" not in field(findings, "pixel_5")


def test_numbered_pixels_with_a_header_are_seen_too(inspect: Any) -> None:
    names = ["label", *[f"pixel{n}" for n in range(64)]]
    rows = "".join(",".join([str(n % 10), *[str((n * k) % 17) for k in range(64)]]) + "\n" for n in range(40))
    findings, _table = inspect(",".join(names) + "\n" + rows)
    assert (findings.report["pixels"]["height"], findings.report["pixels"]["label"]) == (8, "label")


def test_a_column_without_values_fits_any_other(inspect: Any) -> None:
    findings, _table = inspect("a,b\n1,\n2,NA\n3,\n")
    assert (field(findings, "b")["type"], field(findings, "b")["missing_share"]) == ("empty", 1.0)


def test_parquet_types_become_plain_ones(inspect: Any) -> None:
    day = datetime.date(2026, 1, 2)
    columns = {
        "small": pa.array([1, 2, None], pa.int8()),
        "huge": pa.array([1, 2**63 + 5, 3], pa.uint64()),
        "money": pa.array([Decimal("1.50"), None, Decimal("2.25")]),
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "day": pa.array([day, None, day]),
        "at": pa.array([datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)] * 3),
        "flag": pa.array([True, False, None]),
        "nothing": pa.nulls(3),
    }
    findings, table = inspect(parquet(**columns))
    assert {one["name"]: one["type"] for one in findings.report["fields"]} == {
        "small": "integer", "huge": "integer", "money": "number", "kind": "text", "day": "date", "at": "time",
        "flag": "boolean", "nothing": "empty",
    }  # fmt: skip
    assert table.to_pylist()[0] == {
        "small": 1, "huge": 1, "money": 1.5, "kind": "a", "day": "2026-01-02", "at": "2026-01-02T03:04:05",
        "flag": True, "nothing": None,
    }  # fmt: skip
    assert table.column("huge").to_pylist() == [1, None, 3]


def test_images_keep_their_bytes_and_get_their_folder_as_label(inspect: Any) -> None:
    members = {f"set/{label}/{n}.png": picture(n) for label in ("cat", "dog") for n in range(3)}
    findings, table = inspect(zipped({**members, "__MACOSX/set/._x.png": b"x", "set/.DS_Store": b"y"}))
    assert (findings.kind, findings.rows, findings.report["classes"]) == ("images", 6, 2)
    assert table.column_names == ["image", "label", "path"]
    first = table.to_pylist()[0]
    assert first == {"image": picture(0), "label": "cat", "path": "set/cat/0.png"}
    assert findings.report["targets"] == ["label"]
    assert findings.report["sizes"] == [{"width": 8, "height": 8, "count": 6}]
    assert len(findings.report["preview"]["images"]) == 6
    assert findings.report["repairs"] == []


def test_an_image_is_turned_into_png_only_where_training_could_not_read_it(inspect: Any) -> None:
    findings, table = inspect(zipped({"a/x.webp": picture(5, form="WEBP"), "b/y.jpg": picture(9, form="JPEG")}))
    kept = [Image.open(io.BytesIO(row["image"])).format for row in table.to_pylist()]
    assert kept == ["PNG", "JPEG"]
    assert render(findings.report["repairs"][0]) == "Images of other formats were turned into PNG (1)."


def test_progress_only_goes_forward(tmp_path: Path) -> None:
    (tmp_path / "source").write_text(TABLE)
    told: list[float] = []
    inspect_file(tmp_path / "source", tmp_path, told.append)
    assert told == sorted(told)
    assert 0.99 <= told[-1] <= 1.0
