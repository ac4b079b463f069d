"""Who comes for an example and belongs to no organization is led back to it, and to no other site."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from chainhub.accounts.models import User
from chainhub.organizations.models import Organization

Browse = Callable[[User | None], Client]
EXAMPLE = "/scenarios/disease-diagnosis/heart/"
DANA = {"name": "Dana", "email": "dana@example.test", "password1": "a long enough password"}
PROFILE = {"name": "Delta Glass", "short_name": "Delta", "stage": "upstream", "industry": "Glass", "colour": "5"}
ELSEWHERE = [
    *("https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/", "\\\\evil.example/"),
    *("javascript:alert(1)", " //evil.example", "/\t/evil.example/", "http://testserver/me/", "evil.example"),
]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Whom an earlier test has sent a mail: the next one would have to wait."""
    cache.clear()


def led_to(page: str, address: str) -> str:
    """Where the link goes that leads to this address with something to go on with."""
    found = re.search(rf'href="({address}\?next=[^"]+)"', page)
    assert found, page
    return found[1].replace("&amp;", "&")


def opened(client: Client, at: str) -> Any:
    """The form of an organization, sent as the page has it."""
    given = re.search(r'name="next" value="([^"]*)"', client.get(at).content.decode().split('<form class="form"')[1])
    return client.post(at, PROFILE | ({"next": given[1]} if given else {}))


def test_a_stranger_registers_opens_an_organization_and_stands_before_the_example(browse: Browse, db: None) -> None:
    client = browse(None)
    sign_in = client.get(EXAMPLE)["Location"]
    sign_up = led_to(client.get(sign_in).content.decode(), "/accounts/signup/")
    assert f'name="next" value="{EXAMPLE}"' in client.get(sign_up).content.decode()
    assert client.post("/accounts/signup/", DANA | {"next": EXAMPLE})["Location"] == EXAMPLE
    new = led_to(client.get(EXAMPLE).content.decode(), "/organizations/new/")
    assert opened(client, new)["Location"] == EXAMPLE
    page = client.get(EXAMPLE).content.decode()
    assert "Delta Glass is open; you act for it." in page
    assert ">Launch</button>" in page


def test_so_is_whoever_must_confirm_the_address_first(browse: Browse, transactional_db: None, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = browse(None)
    assert "confirm-email" in client.post("/accounts/signup/", DANA | {"next": EXAMPLE})["Location"]
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert link
    assert client.post(link[1])["Location"] == EXAMPLE
    assert "You belong to none yet." in client.get(EXAMPLE).content.decode()


def test_somebody_elses_browser_is_not_signed_in_by_the_link(
    browse: Browse, transactional_db: None, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browse(None).post("/accounts/signup/", DANA | {"next": EXAMPLE})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert link
    other = browse(None)
    assert other.post(link[1])["Location"].startswith("/accounts/login/")
    assert other.get(EXAMPLE)["Location"].startswith("/accounts/login/")


def test_signing_in_leads_back_too(browse: Browse, db: None) -> None:
    User.objects.create_user("dana@example.test", "open sesame 1", name="Dana")
    form = {"login": "dana@example.test", "password": "open sesame 1", "next": EXAMPLE}
    assert browse(None).post("/accounts/login/", form)["Location"] == EXAMPLE


def test_a_form_that_was_refused_keeps_where_it_leads(alice: User, browse: Browse) -> None:
    sent = PROFILE | {"name": "Anvil Steel", "next": EXAMPLE}
    page = browse(alice).post("/organizations/new/", sent).content.decode()
    assert f'name="next" value="{EXAMPLE}"' in page
    assert f'<a class="button is-quiet" href="{EXAMPLE}">Cancel</a>' in page


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nothing_leads_out_of_the_hub(bob: User, cobalt: Organization, browse: Browse, address: str) -> None:
    client = browse(bob)
    page = client.get("/organizations/new/", {"next": address}).content.decode()
    assert '<a class="button is-quiet" href="/organizations/">Cancel</a>' in page
    assert client.post("/organizations/new/", PROFILE | {"next": address})["Location"] == "/organizations/delta/"
    assert client.post("/act-for/", {"organization": "delta", "next": address})["Location"] == "/"


@pytest.mark.parametrize("address", [one for one in ELSEWHERE if "testserver" not in one and one != "evil.example"])
def test_nor_does_registering(browse: Browse, db: None, address: str) -> None:
    assert browse(None).post("/accounts/signup/", DANA | {"next": address})["Location"] == "/"
