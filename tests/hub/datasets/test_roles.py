"""Roles, types and sensitive fields: as detected, until the owner says otherwise."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.exceptions import PermissionDenied

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.core.errors import InvalidInputError
from chainhub.datasets import services
from chainhub.datasets.models import Dataset
from chainhub.datasets.recasting import main, rewrite
from chainhub.datasets.roles import corrected_types, roles_of, sensitive_fields, types_of
from chainhub.organizations.models import Organization
from tests.factories import datasets as make


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


def report(dataset: Dataset) -> dict[str, Any]:
    version = dataset.latest_version
    assert version is not None
    return version.inspection


def test_the_owners_word_stands_above_what_was_detected(alice: User, bearings: Dataset) -> None:
    assert roles_of(bearings, report(bearings)) == {
        "age": "identifier", "pressure": "feature", "site": "feature", "sick": "target",
    }  # fmt: skip
    changed = services.set_field(bearings, "site", actor=alice, role="entity", about="Plant of origin")
    changed = services.set_field(changed, "pressure", actor=alice, unit="kPa", role="ignore", sensitive=True)
    assert roles_of(changed, report(changed)) == {
        "age": "identifier", "pressure": "ignore", "site": "entity", "sick": "target",
    }  # fmt: skip
    assert sensitive_fields(changed) == {"pressure"}
    assert changed.field_settings["site"] == {"role": "entity", "about": "Plant of origin"}
    assert AuditEvent.objects.filter(verb="dataset.field_changed").count() == 2


def test_a_dataset_has_one_target_and_it_is_no_identifier(alice: User, bearings: Dataset) -> None:
    changed = services.set_field(bearings, "age", actor=alice, role="identifier")
    assert (changed.target, changed.identifiers) == ("sick", ["age"])
    changed = services.set_field(changed, "age", actor=alice, role="target")
    assert (changed.target, changed.identifiers) == ("age", [])
    assert roles_of(changed, report(changed))["sick"] == "feature"
    changed = services.set_field(changed, "age", actor=alice, role="feature")
    assert changed.target == ""


def test_saying_nothing_goes_back_to_what_was_detected(alice: User, bearings: Dataset) -> None:
    changed = services.set_field(bearings, "age", actor=alice, type="number", unit="years")
    assert types_of(changed, report(changed))["age"] == "number"
    changed = services.set_field(changed, "age", actor=alice, type="", unit="")
    assert changed.field_settings == {}
    assert types_of(changed, report(changed))["age"] == "integer"
    services.set_field(changed, "age", actor=alice, type="")
    assert AuditEvent.objects.filter(verb="dataset.field_changed").count() == 2


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"type": "colour"}, {"unit": "m" * 41}, {"about": "x" * 301}])
def test_what_makes_no_sense_is_refused_with_its_field(alice: User, bearings: Dataset, wrong: Any) -> None:
    with pytest.raises(InvalidInputError) as refused:
        services.set_field(bearings, "age", actor=alice, **wrong)
    assert refused.value.field == next(iter(wrong))
    with pytest.raises(InvalidInputError, match="no field"):
        services.set_field(bearings, "nowhere", actor=alice, role="feature")


def test_only_the_owners_stewards_correct(bob: User, dora: User, erin: User, bearings: Dataset) -> None:
    for actor in (bob, dora, erin):
        with pytest.raises(PermissionDenied):
            services.set_field(bearings, "age", actor=actor, role="ignore")


MIXED = "code,year,share,flag,day,at\n" + "".join(
    f"{n:03},{2000 + n},{n}.0,{n % 2},2026-01-{n + 1:02},2026-01-{n + 1:02} 00:00:00\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("year", "category"), ("year", "number"), ("share", "integer"), ("flag", "boolean"), ("code", "integer"),
        ("day", "time"), ("at", "date"), ("year", "text"),
    ],
)  # fmt: skip
def test_a_type_that_all_values_allow_is_taken(alice: User, anvil: Organization, field: str, kind: str) -> None:
    dataset = make.registered_csv(alice, anvil, MIXED)
    changed = services.set_field(dataset, field, actor=alice, type=kind)
    assert types_of(changed, report(changed))[field] == kind
    assert corrected_types(changed, report(changed)) == {field: kind}


@pytest.mark.parametrize(
    ("field", "kind", "said"),
    [
        ("site", "number", "“site” cannot be read so: row 2 holds “A”."),
        ("age", "boolean", "“age” cannot be read so: row 2 holds “20”."),
        ("age", "date", "“age” cannot be read so: row 2 holds “20”."),
        ("half", "integer", "“half” cannot be read so: row 3 holds “0.5”."),
    ],
)
def test_a_type_that_a_value_forbids_is_refused_with_its_row(
    alice: User, anvil: Organization, field: str, kind: str, said: str
) -> None:
    rows = [["age", "half", "site"], *([20 + n, n / 2, "ABC"[n % 3]] for n in range(30))]
    dataset = make.registered_csv(alice, anvil, rows)
    with pytest.raises(InvalidInputError) as refused:
        services.set_field(dataset, field, actor=alice, type=kind)
    assert (str(refused.value), refused.value.field) == (said, "type")
    dataset.refresh_from_db()
    assert dataset.field_settings == {}


def test_training_reads_the_corrected_types(tmp_path: Path) -> None:
    source, target = tmp_path / "source.parquet", tmp_path / "target.parquet"
    pq.write_table(pa.table({"a": [1, None, 3], "b": ["x", "y", "z"], "c": [1.0, 2.0, None]}), source)
    rewrite(source, target, {"a": "category", "c": "integer"})
    assert pq.read_table(target).to_pydict() == {"a": ["1", None, "3"], "b": ["x", "y", "z"], "c": [1, 2, None]}


def test_who_holds_the_data_writes_the_corrected_file_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, read, own = tmp_path / "data.parquet", tmp_path / "read.parquet", tmp_path / "own.parquet"
    pq.write_table(pa.table({"a": ["1", None, "x"], "b=c": [1.0, 2.0, None]}), source)
    rewrite(source, read, {"a": "integer", "b=c": "text"})
    assert main([str(source), str(own), "a=integer", "b=c=text"]) == 0
    assert own.read_bytes() == read.read_bytes()
    assert capsys.readouterr().out == f"{sha256(read.read_bytes()).hexdigest()}  {own}\n"
    assert main([str(source), str(own)]) == 2
