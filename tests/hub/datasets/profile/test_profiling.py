"""What a version's profile says: counted exactly where numbers are small, whatever the values are."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone
from PIL import Image

from chainhub.accounts.models import User
from chainhub.datasets import services
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.profile.describe import profile_file
from chainhub.datasets.services.profiling import claim_profile, send_unprofiled
from chainhub.organizations.models import Organization
from tests.factories import datasets

pytestmark = pytest.mark.django_db


def profile_of(tmp_path: Path, columns: dict[str, Any], target: str = "", **said: dict[str, Any]) -> dict[str, Any]:
    """The profile of a table with these columns, by field under `fields`."""
    table = pa.table(columns)
    source = tmp_path / "data.parquet"
    pq.write_table(table, source)
    report = {"fields": [{"name": name, "type": "", "kind": "", **said.get(name, {})} for name in table.column_names]}
    told = profile_file(source, report, tmp_path, target=target)
    return told | {"fields": {field["name"]: field for field in told["fields"]}}


def test_numbers_are_summarized(tmp_path: Path):
    told = profile_of(tmp_path, {"age": [*range(1, 100), None]})
    age = told["fields"]["age"]
    assert (told["rows"], age["missing"], age["distinct"], age["exact"]) == (100, 1, 99, True)
    assert (age["min"], age["max"], age["mean"]) == (1, 99, 50.0)
    assert age["quantiles"]["50"] == pytest.approx(50, abs=1)
    assert sum(age["histogram"]["counts"]) == 99
    assert len(age["histogram"]["edges"]) == len(age["histogram"]["counts"]) + 1


def test_categories_and_texts(tmp_path: Path):
    told = profile_of(tmp_path, {"site": ["A"] * 6 + ["B"] * 3 + [None], "note": ["", "ab", "abcd"] + ["x" * 20] * 7})
    assert told["fields"]["site"]["values"] == [{"value": "A", "count": 6}, {"value": "B", "count": 3}]
    note = told["fields"]["note"]
    assert note["blank"] == 1
    assert (note["lengths"]["min"], note["lengths"]["max"]) == (0, 20)
    assert sum(note["lengths"]["histogram"]["counts"]) == 10


def test_relations_to_classes(tmp_path: Path):
    sick = [0, 1] * 100
    columns = {
        "sick": sick,
        "tells": [10 * value + number % 3 for number, value in enumerate(sick)],
        "tells_not": [number % 7 for number in range(200)],
        "group": ["ill" if value else "well" for value in sick],
        "noise": ["abcde"[number * 7 % 5] for number in range(200)],
    }
    fields = profile_of(tmp_path, columns, target="sick")["fields"]
    assert fields["tells"]["relation"]["value"] > 0.95
    assert fields["tells"]["relation"]["measure"] == "pearson"
    assert abs(fields["tells_not"]["relation"]["value"]) < 0.2
    assert fields["group"]["relation"] == {"measure": "cramer", "value": pytest.approx(1.0, abs=0.01)}
    assert fields["noise"]["relation"]["value"] < 0.2
    assert "relation" not in fields["sick"]


def test_relations_to_a_quantity(tmp_path: Path):
    price = [float(number) + 0.5 for number in range(100)]
    columns = {
        "price": price,
        "inverse": [-2 * value for value in price],
        "half": ["low" if value < 50 else "high" for value in price],
    }
    fields = profile_of(tmp_path, columns, target="price")["fields"]
    assert fields["inverse"]["relation"] == {"measure": "pearson", "value": -1.0}
    assert fields["half"]["relation"]["measure"] == "eta"
    assert 0.8 < fields["half"]["relation"]["value"] < 0.95


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([None] * 30, {"missing": 30, "distinct": 0}),
        ([7.0] * 30, {"distinct": 1, "min": 7.0, "max": 7.0, "std": 0.0}),
        ([1e308, -1e308, 0.0] * 10, {"min": -1e308, "max": 1e308, "mean": 0.0}),
        ([float("nan"), float("inf"), 1.0, 2.0] * 10, {"min": 1.0, "max": 2.0, "mean": 1.5, "not_finite": 20}),
        ([5e-324, 1e-320] * 10, {"distinct": 2}),
        ([2**63 - 1, -(2**63)] * 10, {"min": -(2**63), "max": 2**63 - 1}),
        (["", " ", "x" * 1_000_000] * 3, {"blank": 6, "distinct": 3}),
        ([True, False, None] * 10, {"missing": 10, "distinct": 2}),
        ([b"\x89PNG", b"", None], {"missing": 1}),
    ],
)
def test_hostile_columns(tmp_path: Path, values: list[Any], expected: dict[str, Any]):
    target = [number % 2 for number in range(len(values))]
    told = profile_of(tmp_path, {"x": values, "y": target}, "y")
    assert {name: told["fields"]["x"].get(name) for name in expected} == expected


def test_odd_names_dates_and_what_cannot_be_compared(tmp_path: Path):
    columns = {
        'a "quoted" name': [1, 2, 3],
        "日期": ["2024-01-01", "2024-06-01", "2024-12-31"],
        "when": ["2024-01-01T00:00:00", None, "no date"],
        "list": [[1], [2], None],
        "stamp": pa.array([1, 2, 3], pa.timestamp("s")),
    }
    said = {"日期": {"type": "date"}, "when": {"type": "time"}}
    fields = profile_of(tmp_path, columns, **said)["fields"]
    assert fields["日期"]["min"] == "2024-01-01"
    assert sum(fields["日期"]["histogram"]["counts"]) == 3
    assert fields["when"]["missing"] == 1
    assert fields["list"]["missing"] == 1
    assert set(fields) == set(columns)


def test_five_thousand_columns(tmp_path: Path):
    columns = {f"c{number}": [number, number + 1, None] for number in range(5000)}
    told = profile_of(tmp_path, columns, target="c0")
    assert len(told["fields"]) == 5000
    assert told["fields"]["c4999"]["max"] == 5000
    assert told["duplicates"]["rows"] == 0


def test_repeated_rows_are_counted(tmp_path: Path):
    columns = {"id": [1, 2, 3, 4], "a": [1, 1, 1, 2], "b": ["x", "x", "x", None]}
    source = tmp_path / "data.parquet"
    pq.write_table(pa.table(columns), source)
    report = {"fields": [{"name": name} for name in columns], "identifiers": ["id"]}
    assert profile_file(source, report, tmp_path)["duplicates"] == {"rows": 0, "beside_identifiers": 2}


def test_a_small_memory_is_enough(tmp_path: Path):
    """Two million different texts do not fit into what may be used; they go to disk."""
    source = tmp_path / "data.parquet"
    with pq.ParquetWriter(source, pa.schema([("t", pa.string())])) as writer:
        for part in range(10):
            texts = [f"{part}-{number}-{'z' * 40}" for number in range(50_000)]
            writer.write_table(pa.table({"t": texts}))
    told = profile_file(source, {"fields": [{"name": "t", "type": "text"}]}, tmp_path, memory="60MB")
    assert told["fields"][0]["distinct"] == 500_000
    assert told["duplicates"]["rows"] == 0


def test_pictures_are_measured(tmp_path: Path):
    def png(side: int) -> bytes:
        buffer = io.BytesIO()
        Image.new("L", (side, side)).save(buffer, "PNG")
        return buffer.getvalue()

    columns = {"image": [png(8), png(8), png(16), b"broken"], "label": ["cat", "cat", "dog", "dog"]}
    told = profile_of(tmp_path, columns, target="label")
    assert told["images"]["sizes"][0] == {"width": 8, "height": 8, "count": 2}
    assert told["images"]["unreadable"] == 1
    assert told["classes"] == [{"value": "cat", "count": 2}, {"value": "dog", "count": 2}]
    assert told["duplicates"]["rows"] == 1


def test_a_version_is_profiled_once(alice: User, anvil: Organization):
    version = datasets.registered_csv(alice, anvil, target="sick").versions.get()
    assert not version.profile
    datasets.profiled(version)
    assert version.profile["state"] == "ready"
    assert version.profile["target"] == "sick"
    assert version.profile["rows"] == 60
    assert claim_profile(version.pk) is None


def test_a_child_profiles_it_too(alice: User, anvil: Organization):
    version = datasets.registered_csv(alice, anvil, target="sick").versions.get()
    services.profile_version(version.pk)
    version.refresh_from_db()
    assert version.profile["state"] == "ready"
    assert {field["name"] for field in version.profile["fields"]} == {"age", "pressure", "site", "sick"}


def test_a_lost_worker_is_replaced(alice: User, anvil: Organization):
    version = datasets.registered_csv(alice, anvil).versions.get()
    lost = claim_profile(version.pk)
    assert lost is not None
    assert claim_profile(version.pk) is None
    long_ago = (timezone.now() - timedelta(minutes=5)).isoformat()
    DatasetVersion.objects.filter(pk=version.pk).update(profile={**lost.held, "claimed": long_ago})
    datasets.profiled(version)
    assert version.profile["state"] == "ready"
    assert send_unprofiled() == 0


def test_what_always_fails_is_given_up(alice: User, anvil: Organization):
    version = datasets.registered_csv(alice, anvil).versions.get()
    long_ago = (timezone.now() - timedelta(minutes=5)).isoformat()
    DatasetVersion.objects.filter(pk=version.pk).update(
        profile={"state": "working", "claimed": long_ago, "attempts": 3}
    )
    datasets.profiled(version)
    assert version.profile["state"] == "failed"


def test_pixels_are_described_briefly(alice: User, anvil: Organization):
    names = [f"pixel_{number}" for number in range(64)]
    rows = [[*names, "label"]] + [
        [(place * number) % 256 for place in range(64)] + [number % 3] for number in range(30)
    ]
    version = datasets.profiled(datasets.registered_csv(alice, anvil, rows).versions.get())
    fields = {field["name"]: field for field in version.profile["fields"]}
    assert "histogram" not in fields["pixel_3"]
    assert fields["pixel_3"]["max"] == 87
    assert fields["label"]["values"][0] == {"value": 0, "count": 10}
