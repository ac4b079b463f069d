"""REST: policies, negotiations, agreements."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.datasets.models import Dataset
from tests.factories import datasets as make

Call = Callable[..., Any]
POLICIES = "/api/v1/datasets/anvil/bearings/policies/"
REQUESTS = "/api/v1/access-requests/"


@pytest.fixture
def call(token_for: Callable[..., str]) -> Call:
    def asked(user: Any, method: str, url: str, data: Any = None) -> Any:
        send = getattr(Client(), method)
        body = {"data": data, "content_type": "application/json"} if data is not None else {}
        return send(url, headers={"Authorization": f"Bearer {token_for(user)}"}, **body)

    return asked


@pytest.fixture
def bearings(alice: Any, anvil: Any) -> Dataset:
    return make.registered_csv(alice, anvil, visibility="hub")


def test_policies_are_offered_read_and_refused_by_field(call: Call, alice: Any, bob: Any, bearings: Dataset) -> None:
    made = call(alice, "post", POLICIES, {"terms": {"max_jobs": 5, "uses": ["train-pooled"]}, "note": "To begin"})
    assert made.status_code == 201, made.content
    assert made.json()["terms"]["uses"] == ["train-pooled", "train-federated", "evaluate"]
    assert any(one.startswith("At most 5 training jobs may use it") for one in made.json()["sentences"])
    assert call(bob, "get", POLICIES).json()["count"] == 1
    assert call(bob, "get", f"{POLICIES}1/?as=odrl").json()["@type"] == "Offer"
    refused = call(alice, "post", POLICIES, {"terms": {"max_jobs": 0}})
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid-terms"
    assert "max_jobs" in refused.json()["errors"]
    assert call(bob, "post", POLICIES, {"terms": {}}).status_code == 403


def test_a_negotiation_by_programs(
    call: Call, alice: Any, bob: Any, carol: Any, bearings: Dataset, alliance: Any
) -> None:
    wish = {
        "dataset": "anvil/bearings", "collaboration": alliance.slug, "organization": "borealis", "purpose": "Wear",
        "terms": {"max_jobs": 50},
    }  # fmt: skip
    made = call(bob, "post", REQUESTS, wish)
    assert made.status_code == 201, made.content
    one = f"{REQUESTS}{made.json()['id']}/"
    assert call(alice, "get", one).json()["your_turn"]
    assert not made.json()["your_turn"]
    assert call(carol, "get", one).status_code == 404
    assert call(bob, "post", f"{one}accept/", {"read": 1}).status_code == 409
    offered = call(alice, "post", f"{one}counter/", {"terms": {"max_jobs": 10}, "note": "Fewer"}).json()
    assert offered["status"] == "offered"
    done = call(bob, "post", f"{one}accept/", {"read": 2}).json()
    assert done["status"] == "finalized"
    assert [turn["state"] for turn in done["turns"]][-3:] == ["agreed", "verified", "finalized"]
    agreement = f"/api/v1/agreements/{done['agreement']}/"
    shown = call(alice, "get", agreement).json()
    assert (shown["provider"], shown["consumer"], shown["in_force"]) == ("anvil", "borealis", True)
    assert call(alice, "get", f"{agreement}pdf/").content.startswith(b"%PDF-")
    assert call(carol, "get", agreement).status_code == 404
    granted = call(alice, "get", "/api/v1/datasets/anvil/bearings/grants/").json()["results"][0]
    assert (granted["organization"], granted["terms"]["max_jobs"]) == ("borealis", 10)


def test_a_grant_on_other_terms(call: Call, alice: Any, bearings: Dataset, alliance: Any) -> None:
    grants = "/api/v1/datasets/anvil/bearings/grants/"
    made = call(alice, "post", grants, {"collaboration": alliance.slug, "terms": {"uses": ["evaluate"]}})
    assert made.status_code == 201, made.content
    assert made.json()["terms"]["uses"] == ["evaluate"]
    past = call(alice, "post", grants, {"collaboration": alliance.slug, "terms": {"until": "2020-01-01"}})
    assert past.status_code == 422


def test_either_side_ends_it(call: Call, alice: Any, bob: Any, bearings: Dataset, alliance: Any) -> None:
    wish = {"dataset": "anvil/bearings", "collaboration": alliance.slug, "organization": "borealis", "purpose": "Wear"}
    number = call(bob, "post", REQUESTS, wish).json()["id"]
    assert call(alice, "post", f"{REQUESTS}{number}/end/", {"note": "No"}).json()["status"] == "terminated"
    assert call(bob, "post", f"{REQUESTS}{number}/end/", {}).status_code == 409
