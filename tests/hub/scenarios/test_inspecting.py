"""Data of examples and of the demo is waited for in one place: inspected here, or by the worker that has it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.datasets.models import Dataset, VersionStatus, Visibility
from chainhub.datasets.services.registering import register_dataset
from chainhub.organizations.models import Organization
from chainhub.repositories.uploads import receive_file
from chainhub.scenarios import inspecting
from chainhub.scenarios.inspecting import wait_until_ready

pytestmark = pytest.mark.django_db
Registered = Callable[[bytes], Dataset]


@pytest.fixture
def registered(alice: User, anvil: Organization) -> Registered:
    def make(content: bytes) -> Dataset:
        upload = receive_file(actor=alice, filename="parts.csv", size=len(content), source=io.BytesIO(content))
        told: dict[str, Any] = {"name": "Parts", "visibility": Visibility.GRANTED}
        return register_dataset(actor=alice, organization=anvil, upload=upload, **told)

    return make


def test_what_nobody_inspects_is_inspected_here(registered: Registered) -> None:
    dataset = registered(b"size,good\n1,yes\n2,no\n3,yes\n")
    wait_until_ready(dataset)
    assert dataset.latest_version
    assert dataset.latest_version.rows == 3


def test_a_file_that_is_refused_ends_the_example_in_a_sentence(registered: Registered) -> None:
    with pytest.raises(DomainError, match="The example's dataset “Parts” is not ready"):
        wait_until_ready(registered(b""))


def test_a_worker_that_has_it_is_waited_for_but_not_for_ever(
    registered: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = registered(b"size,good\n1,yes\n2,no\n")
    dataset.versions.update(claimed_at=timezone.now())
    monkeypatch.setattr(inspecting, "PATIENCE", 0.3)
    with pytest.raises(DomainError):
        wait_until_ready(dataset)
    monkeypatch.setattr(inspecting.time, "sleep", lambda _seconds: dataset.versions.update(status=VersionStatus.READY))
    monkeypatch.setattr(inspecting, "PATIENCE", 60.0)
    wait_until_ready(dataset)
