"""The scenario pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.scenarios.catalogue import scenarios

Browse = Callable[[User | None], Client]


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
    assert '<span class="soft">类别平衡</span><span>是</span>' in page
    assert "True" not in page
