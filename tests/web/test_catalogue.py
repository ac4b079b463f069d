"""The page of datasets: searching, ticking, unticking."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.datasets.models import Visibility
from chainhub.organizations.models import Organization
from tests.factories.datasets import registered_csv

Browse = Callable[[User | None], Client]


@pytest.fixture
def shelf(alice: User, dora: User, anvil: Organization, borealis: Organization) -> None:
    registered_csv(alice, anvil, name="Rolls", summary="Bearings", summary_zh="轴承", visibility=Visibility.HUB)
    registered_csv(dora, borealis, name="Axles", summary_zh="车轴", visibility=Visibility.HUB)


def page(browser: Client, address: str, **headers: str) -> str:
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def cards(html: str) -> list[str]:
    return re.findall(r'<h2 class="title"><a href="[^"]+">([^<]+)</a>', html)


def test_ticking_a_facet_narrows_the_list(shelf: None, carol: User, browse: Browse) -> None:
    browser = browse(carol)
    assert cards(page(browser, "/datasets/")) == ["Axles", "Rolls"]
    upstream = page(browser, "/datasets/?stage=upstream")
    assert cards(upstream) == ["Rolls"]
    assert "1 dataset" in upstream
    assert re.search(r'name="stage" value="upstream" checked', upstream)
    assert 'href="?"' in upstream  # the chip that takes it away


def test_scopes(shelf: None, alice: User, browse: Browse) -> None:
    assert cards(page(browse(alice), "/datasets/?scope=mine")) == ["Rolls"]
    assert cards(page(browse(alice), "/datasets/?scope=partners")) == ["Axles"]


def test_htmx_gets_the_list_alone(shelf: None, carol: User, browse: Browse) -> None:
    fragment = page(browse(carol), "/datasets/?q=bearing", **{"HX-Request": "true"})
    assert cards(fragment) == ["Rolls"]
    assert fragment.lstrip().startswith('<div class="catalogue" id="found">')


def test_nothing_found_says_how_to_find_more(shelf: None, carol: User, browse: Browse) -> None:
    html = page(browse(carol), "/datasets/?q=zeppelin")
    assert "Fewer words find more" in html
    assert cards(html) == []


def test_each_reads_the_summary_in_their_language(shelf: None, carol: User, browse: Browse) -> None:
    english = page(browse(carol), "/datasets/")
    assert ("Bearings" in english, "轴承" in english) == (True, False)
    assert '<p class="excerpt" lang="zh-hans">车轴</p>' in english
    chinese = page(browse(carol), "/datasets/", **{"Accept-Language": "zh-hans"})
    assert ("Bearings" in chinese, "轴承" in chinese) == (False, True)


def test_the_search_dialog_finds_by_text_field_and_owner(shelf: None, carol: User, browse: Browse) -> None:
    for question in ("轴承", "bearings", "anvil"):
        assert "/datasets/anvil/rolls/" in page(browse(carol), f"/search/?q={question}", **{"HX-Request": "true"})
