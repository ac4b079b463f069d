"""REST: grants."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from chainhub.policies.services import set_policy
from chainhub.policies.terms import Terms
from tests.factories import datasets as make


def test_a_grant_by_program_asks_where_the_policy_asks(
    token_for: Callable[..., str], alice: Any, anvil: Any, alliance: Any
) -> None:
    """Only a program that names `needs_approval` decides it."""
    set_policy(make.registered_csv(alice, anvil), Terms(ask_each_job=True), actor=alice)
    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})

    def needs_approval(said: dict[str, Any]) -> bool:
        made = client.post("/api/v1/datasets/anvil/bearings/grants/", said, content_type="application/json")
        assert made.status_code == 201, made.content
        asks: bool = made.json()["needs_approval"]
        return asks

    here = {"collaboration": alliance.slug}
    assert needs_approval(here)
    assert not needs_approval({**here, "needs_approval": False})
    assert not needs_approval(here), "as it stood"
    with_terms = {**here, "terms": {"ask_each_job": True, "max_jobs": 3}}
    assert needs_approval(with_terms)
    assert not needs_approval({**with_terms, "needs_approval": False})
