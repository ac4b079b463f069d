"""Two organizations launch the same example: they share its partners and its data, and learn nothing of each other."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.datasets.models import Dataset
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.scenarios.examples import Example
from chainhub.scenarios.making import launch_example
from chainhub.scenarios.partners import MARK
from tests.hub.scenarios.test_examples import heart

__all__ = ["heart"]

Browse = Callable[[User | None], Client]
BEGUN = ("/", "/overview/running/", "/overview/results/", "/datasets/", "/collaborations/", "/jobs/", "/models/",
         "/organizations/", "/inbox/", "/audit/", "/audit/export.json", "/compute/", "/compute/_queue/",
         "/scenarios/", "/scenarios/disease-diagnosis/", "/scenarios/disease-diagnosis/heart/", "/learning/",
         "/search/?q=Anvil", "/search/?q=heart", "/api/v1/datasets/", "/api/v1/collaborations/", "/api/v1/jobs/",
         "/api/v1/organizations/", "/api/v1/audit/", "/api/v1/scenarios/")  # fmt: skip


def reached(client: Client) -> Iterator[tuple[str, str]]:
    """Every page of hers, two links deep from where she begins; pages that end something are only posted to."""
    waiting, seen = [(address, 0) for address in BEGUN], set()
    while waiting:
        address, depth = waiting.pop(0)
        if address in seen or "logout" in address:
            continue
        seen.add(address)
        answer = client.get(address, follow=True)
        if answer.status_code != 200:
            continue
        text = b"".join(answer) if answer.streaming else answer.content
        told = text.decode(errors="replace")
        yield address, told
        if depth < 2:
            found = re.findall(r'(?:href|hx-get|data-url)="(/[^"#]*)"', told)
            waiting += [(one.replace("&amp;", "&"), depth + 1) for one in found if not one.startswith("/static")]


@pytest.fixture
def launched(heart: Example, alice: User, carol: User, cobalt: Organization) -> list[TrainingJob]:
    return [launch_example(heart, actor=alice), launch_example(replace(heart, organization=cobalt), actor=carol)]


def test_nobody_is_led_to_invite_who_never_answers(
    browse: Browse, carol: User, anvil: Organization, launched: list[TrainingJob]
) -> None:
    for address in ("/collaborations/new/", launched[1].collaboration.get_absolute_url()):
        page = browse(carol).get(address).content.decode()
        offered = " ".join(re.findall(r"<(?:option|label)\b.*?</(?:option|label)>", page, flags=re.DOTALL))
        assert anvil.name in offered
        assert MARK not in offered


def test_they_share_the_partners(launched: list[TrainingJob]) -> None:
    assert launched[0].collaboration != launched[1].collaboration
    assert Organization.objects.filter(name__endswith=MARK).count() == Dataset.objects.count() == 2


def test_nothing_that_one_reaches_tells_of_the_other(
    browse: Browse, carol: User, alice: User, launched: list[TrainingJob]
) -> None:
    others = launched[0]
    addresses = [others.get_absolute_url(), others.collaboration.get_absolute_url()]
    client, pages = browse(carol), 0
    for address, told in reached(client):
        pages += 1
        # Every organization is found by name, with its people; who works with whom is not.
        said = re.sub(r"<(option|label)\b.*?</\1>", "", told, flags=re.DOTALL)
        named = "organizations/" in address or address.startswith("/search")
        if named and address.endswith("/anvil/"):
            continue
        for secret in ("Alice", *addresses, *(() if named else ("Anvil",))):
            near = said.find(secret)
            assert near < 0, (address, secret, said[max(0, near - 300) : near + 200])
    assert pages > 60
    for address in addresses:
        assert client.get(address).status_code == 404
