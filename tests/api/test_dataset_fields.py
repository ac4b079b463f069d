"""Fields through the API: read by whoever sees the card, corrected by the owner's stewards."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories import datasets as make

FIELDS, KIND = "/api/v1/datasets/anvil/bearings/fields/", "/api/v1/datasets/anvil/bearings/kind/"
Send = Callable[..., Any]


@pytest.fixture
def send(token_for: Callable[..., str]) -> Send:
    def ask(user: User, method: str, address: str, body: Any = None) -> Any:
        client = Client(headers={"Authorization": f"Bearer {token_for(user)}"})
        if method == "get":
            return client.get(address)
        return getattr(client, method)(address, json.dumps(body), content_type="application/json")

    return ask


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


def test_a_field_is_corrected_and_told(send: Send, alice: User, bearings: Dataset) -> None:
    answer = send(alice, "patch", FIELDS, {"name": "pressure", "role": "ignore", "unit": "kPa", "sensitive": True})
    assert answer.status_code == 200, answer.content
    told = {one["name"]: one for one in answer.json()}
    assert told["pressure"] == {
        "name": "pressure", "role": "ignore", "type": "integer", "detected_type": "integer", "unit": "kPa",
        "sensitive": True, "about": "",
    }  # fmt: skip
    assert told["sick"]["role"] == "target"


def test_what_the_values_forbid_is_refused_with_the_row(send: Send, alice: User, bearings: Dataset) -> None:
    answer = send(alice, "patch", FIELDS, {"name": "site", "type": "number"})
    assert answer.status_code == 422
    assert "row 2 holds “A”" in answer.content.decode()
    assert send(alice, "patch", FIELDS, {"name": "site", "type": "colour"}).status_code == 400
    assert send(alice, "patch", FIELDS, {"name": "nowhere", "role": "time"}).status_code == 422


def test_the_kind_of_a_table_is_corrected(send: Send, alice: User, bearings: Dataset) -> None:
    assert send(alice, "put", KIND, {"kind": "series"}).json() == {"kind": "series"}
    assert send(alice, "put", KIND, {"kind": "answers"}).status_code == 422
    assert send(alice, "put", KIND, {"kind": "images"}).status_code == 400


def test_partners_read_and_outsiders_find_nothing(
    send: Send, alice: User, bob: User, carol: User, bearings: Dataset, alliance: Collaboration
) -> None:
    make.granted(bearings, alliance, alice)
    assert [one["name"] for one in send(bob, "get", FIELDS).json()] == ["age", "pressure", "site", "sick"]
    assert send(bob, "patch", FIELDS, {"name": "age", "role": "time"}).status_code == 403
    assert send(bob, "put", KIND, {"kind": "series"}).status_code == 403
    for method, address in (("get", FIELDS), ("patch", FIELDS), ("put", KIND)):
        assert send(carol, method, address, {"name": "age", "kind": "series"}).status_code == 404
