"""The page of models shows base models to the people of the organization that imported them, and who may import."""

from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.organizations.models import Organization
from chainhub.scenarios.bases import CARRIED, CarriedBase
from chainhub.web.views.models import bases
from tests.factories.bases import make_base

ADDRESS = "/models/base/"


def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What goes to the queue."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(bases, "send", lambda *what: asked.append(what) or True)
    return asked


def test_alice_sees_hers_and_dora_does_not(client: Client, alice: User, dora: User, anvil: Organization) -> None:
    base = make_base(anvil, alice)
    client.force_login(alice)
    assert base.name in client.get("/models/").content.decode()
    client.force_login(dora)
    assert base.name not in client.get("/models/").content.decode()


def test_who_manages_imports_with_a_button(
    client: Client, alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for(monkeypatch)
    client.force_login(alice)
    assert ADDRESS in client.get("/models/").content.decode()
    answer = client.post(ADDRESS, {"base": "minilm", "organization": anvil.slug})
    assert answer.status_code == 302
    assert asked == [("scenarios.import_base_model", "minilm", anvil.pk, alice.pk)]


def test_bob_who_does_not_manage_has_no_button_and_is_not_heard(
    client: Client, bob: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for(monkeypatch)
    client.force_login(bob)
    assert ADDRESS not in client.get("/models/").content.decode()
    client.post(ADDRESS, {"base": "minilm", "organization": anvil.slug})
    assert asked == []


@pytest.mark.parametrize("carried", CARRIED.values(), ids=lambda one: str(one.origin.slug))
def test_each_base_model_is_pinned_and_named(carried: CarriedBase) -> None:
    assert len(carried.carrier.sha256) == 64
    assert carried.origin.licence == "Apache-2.0"
    assert carried.carrier.version in carried.origin.source
