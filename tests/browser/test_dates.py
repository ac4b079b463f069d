"""Days beside the browser's own control: written so that 3 April is not read as 4 March, whatever its language is."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Opener = Callable[..., Page]


@pytest.mark.parametrize(("locale", "empty"), [("zh-CN", "年-月-日"), ("en-US", "year-month-day")])
def test_the_day_stands_beside_its_control(alice: Any, open_page: Opener, locale: str, empty: str) -> None:
    page = open_page(alice, "/audit/?since=2026-03-04", locale=locale, viewport={"width": 360, "height": 780})
    said = page.locator("[data-date-said]")
    expect(said).to_have_text(["2026-03-04", empty])
    page.locator("[name=until]").fill("2026-12-05")
    expect(said).to_have_text(["2026-03-04", "2026-12-05"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
