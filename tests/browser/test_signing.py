"""Signing an agreement is never done by the Enter key, and is asked for once, naming the data."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from chainhub.policies import services
from chainhub.policies.terms import Terms
from tests.factories import datasets as make

Opener = Callable[..., Page]


def test_the_enter_key_begins_a_line_and_signing_asks_once(
    alice: Any, bob: Any, anvil: Any, borealis: Any, alliance: Any, open_page: Opener
) -> None:
    bearings = make.registered_csv(alice, anvil, visibility="hub")
    asked = services.request_access(bearings, alliance, borealis, actor=bob, purpose="Wear", terms=Terms())
    page = open_page(alice, asked.get_absolute_url())
    note = page.locator("#decide [name=note]")
    note.fill("Let me think")
    note.press("Enter")
    note.press_sequentially("it over")
    expect(note).to_have_value("Let me think\nit over")
    page.locator("#decide [value=accept]").click()
    question = page.locator("#confirm")
    expect(question).to_contain_text("Sign the agreement on “Bearings”?")
    expect(question).to_contain_text("It binds Anvil Steel and Borealis Motors")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    asked.refresh_from_db()
    assert asked.status == "requested"
    page.locator("#decide [value=accept]").click()
    page.locator("#confirm-yes").click()
    page.wait_for_url("**/agreements/*/")
    asked.refresh_from_db()
    assert asked.status == "finalized"
