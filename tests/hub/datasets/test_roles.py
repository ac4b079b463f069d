"""Roles, types and sensitive fields: as detected, until the owner says otherwise."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.core.errors import InvalidInputError
from chainhub.datasets import services
from chainhub.datasets.models import Dataset
from chainhub.datasets.roles import roles_of, sensitive_fields, types_of
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
