"""A base model that was made here is tried on its model's page; its own address answers in words, never by an error."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel, Task
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from tests.factories.nodes import make_node
from tests.hub.registry.test_going_on import made, written

__all__ = ["written"]

Browse = Callable[[User | None], Client]


@pytest.mark.parametrize("task", Task.values)
def test_its_page_has_no_form_and_its_address_refuses(
    db: None, written: Callable[..., ModelVersion], browse: Browse, dora: User, settings: Any,
    monkeypatch: pytest.MonkeyPatch, task: str,
) -> None:  # fmt: skip
    base = made(written())
    BaseModel.objects.filter(pk=base.pk).update(task=task)
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", lambda _model, _question: {"predictions": [{"label": "so"}] * 2})
    client, address = browse(dora), base.get_absolute_url()
    assert f"{address}predict/" not in client.get(address).content.decode()
    answer = client.post(f"{address}predict/", {"texts": "one\ntwo", "text": "one", "length": 5, "temperature": 0})
    assert answer.status_code == 404
