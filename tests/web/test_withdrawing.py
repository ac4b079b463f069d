"""What the owner decides over a dataset is refused with a sentence where it does not fit."""

from collections.abc import Callable

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from chainhub.accounts.models import User
from chainhub.organizations.models import Organization
from tests.factories import datasets as make

Browse = Callable[[User | None], Client]


def test_a_reason_that_is_too_long_withdraws_nothing(browse: Browse, alice: User, anvil: Organization) -> None:
    """Alice's reason has a character too many: she is told so, and nothing happened; one less is kept whole."""
    dataset = make.registered_csv(alice, anvil, "x,y\n1,2\n3,4\n")
    client, address = browse(alice), reverse("web:dataset-withdraw", args=[anvil.slug, dataset.slug])
    answer = client.post(address, {"reason": "x" * 301})
    assert ["300 characters" in str(message) for message in get_messages(answer.wsgi_request)] == [True]
    dataset.refresh_from_db()
    assert dataset.withdrawn_at is None
    client.post(address, {"reason": "x" * 300})
    dataset.refresh_from_db()
    assert dataset.withdrawn_reason == "x" * 300


def test_an_unknown_audience_is_refused(browse: Browse, alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil, "x,y\n1,2\n3,4\n")
    answer = browse(alice).post(
        reverse("web:dataset-visibility", args=[anvil.slug, dataset.slug]), {"visibility": "all"}
    )
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Choose who sees it."]
