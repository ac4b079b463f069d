"""A type is checked against a whole column before the hub's one write lock is taken, and against no older version."""

from typing import Any

import pytest
from django.db import connection

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets import services
from chainhub.datasets.models import Dataset
from chainhub.datasets.services import fields
from chainhub.organizations.models import Organization
from tests.factories import datasets as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


def test_nobody_waits_while_the_values_are_read(alice: User, bearings: Dataset, monkeypatch: pytest.MonkeyPatch):
    read, locked = fields.first_misfit, []

    def look(*args: Any) -> Any:
        locked.append(connection.in_atomic_block)
        return read(*args)

    monkeypatch.setattr(fields, "first_misfit", look)
    changed = services.set_field(bearings, "age", actor=alice, type="number")
    assert changed.field_settings == {"age": {"type": "number"}}
    with pytest.raises(InvalidInputError, match="row 2 holds"):
        services.set_field(bearings, "site", actor=alice, type="number")
    assert locked == [False, False]


def test_a_version_that_came_in_meanwhile_is_not_passed_over(
    alice: User, bearings: Dataset, monkeypatch: pytest.MonkeyPatch
):
    read = fields.first_misfit
    words = [["age", "pressure", "site", "sick"], *[[f"about {n}", n, "A", n % 2] for n in range(30)]]

    def look(*args: Any) -> Any:
        found = read(*args)
        if bearings.versions.count() == 1:
            make.next_version(bearings, alice, words)
        return found

    monkeypatch.setattr(fields, "first_misfit", look)
    with pytest.raises(DomainError, match="A new version came in meanwhile"):
        services.set_field(bearings, "age", actor=alice, type="number")
    bearings.refresh_from_db()
    assert bearings.field_settings == {}
    with pytest.raises(InvalidInputError, match="cannot be read so"):
        services.set_field(bearings, "age", actor=alice, type="number")
    assert services.set_field(bearings, "pressure", actor=alice, type="number").field_settings
