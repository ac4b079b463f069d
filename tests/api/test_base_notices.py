"""A base model that clinics made together answers by the address of base models too, with the notice beside it."""

from collections.abc import Callable
from typing import Any

import pytest

from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from tests.api.test_bases import as_program
from tests.factories.bases import make_base
from tests.factories.nodes import make_node
from tests.hub.registry.test_going_on import made, written

__all__ = ["as_program", "written"]


@pytest.fixture(autouse=True)
def answered(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", lambda _model, _question: {"predictions": [{"text": "so"}]})


def asked(client: Any, base: BaseModel) -> dict[str, Any]:
    address = f"/api/v1/bases/{base.organization.slug}/{base.slug}/predict/"
    answer: dict[str, Any] = client.post(
        address, {"rows": [{"text": "I feel hot"}]}, content_type="application/json"
    ).json()
    return answer


def test_what_must_be_said_stands_beside_its_answer(
    written: Callable[..., ModelVersion], as_program: Any, dora: Any, alliance: Any
) -> None:
    base = made(written())
    assert asked(as_program(dora, "download"), base) == {"predictions": [{"text": "so"}]}
    Collaboration.objects.filter(pk=alliance.pk).update(scenario="medical-consultation")
    assert asked(as_program(dora, "download"), base)["notice"].startswith("Not medical advice.")


def test_what_was_imported_needs_none(as_program: Any, alice: Any, anvil: Any) -> None:
    base = make_base(anvil, alice, task="language")
    assert asked(as_program(alice, "download"), base) == {"predictions": [{"text": "so"}]}
