"""Letting a collaboration train on data, and renewing that: the policy's word holds unless the owner says otherwise."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.datasets.models import Dataset, Grant
from chainhub.policies import services
from chainhub.policies.terms import Terms
from tests.factories import datasets as make

Browse = Callable[[Any], Client]


@pytest.fixture
def bearings(alice: Any, anvil: Any) -> Dataset:
    return make.registered_csv(alice, anvil, visibility="hub", target="sick")


def test_a_renewal_takes_the_policys_word_on_asking(
    browse: Browse, alice: Any, bearings: Dataset, alliance: Any
) -> None:
    """Alice let the alliance train without asking; her policy asks now. She renews, and is asked from then on."""
    page, client = bearings.get_absolute_url(), browse(alice)
    make.granted(bearings, alliance, alice)
    services.set_policy(bearings, Terms(ask_each_job=True, max_jobs=9), actor=alice)
    asked = {"collaboration": alliance.slug, "switch": "1"}
    client.post(f"{page}grants/", {**asked, "renew": "1"})
    renewed = Grant.objects.active().get()
    assert renewed.needs_approval
    assert renewed.terms["max_jobs"] == 9
    client.post(f"{page}grants/", asked)
    renewed.refresh_from_db()
    assert not renewed.needs_approval, "the switch was there, and off"
    Grant.objects.update(revoked_at=renewed.created_at)
    client.post(f"{page}grants/", {"collaboration": alliance.slug})
    assert Grant.objects.active().get().needs_approval, "nothing was said, so the policy's word holds"
