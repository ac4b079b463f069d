"""Every address × everybody × every method.

An outsider gets 404 for what belongs to others, never 403 and never a word of it; nobody is sent to sign in; a token
does what its scopes say; its people reach what is theirs. An address that is new takes part by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from chainhub.accounts.models import User
from tests.rules.addresses import Address, all_addresses
from tests.rules.world import SECRET, World

Issue = Callable[..., str]
METHODS = ("get", "post", "put", "patch", "delete")
ADDRESSES = all_addresses()
OURS = [one for one in ADDRESSES if one.name.startswith(("web:", "api:"))]
WITH_PLACES = [one for one in OURS if one.has_places]
API = [one for one in OURS if one.is_api]

# Open to people who are not signed in. Everything else asks who they are.
PUBLIC = {
    "web:health",
    "api:schema",
    "api:docs",
    "set_language",
    "account_login",
    "account_signup",
    "account_inactive",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
# Answers to nobody with 404 rather than with a way to sign in: programs ask, not people.
HIDDEN_FROM_NOBODY = {"web:events"}
# The upload protocol is spoken by programs with a token and by the browser alike.
FOR_PROGRAMS_TOO = {"web:upload", "web:uploads", "web:dataset-croissant", "web:dataset-resolve"}
# Signing out when nobody is signed in leads to the start.
LEADS_HOME = {"account_logout"}
# What every signed-in person may read although it stands at somebody's address.
OPEN_TO_ALL = {
    ("web:organization", "get"),  # partners must be able to find each other; its inner life is tested below
    ("api:organization-detail", "get"),
    ("web:invitation", "get"),  # whoever has the link has the secret
    ("web:invitation", "post"),
    ("api:invitation-offer", "get"),
    ("web:audit-export", "get"),  # its place is a format; what is in it is one's own
    ("web:scenario", "get"),
    ("web:scenario-trial", "get"),  # its places name what is the same for everybody
    ("web:scenario-trial", "post"),
    ("api:scenario", "get"),
    ("api:recipe-detail", "get"),
    ("api:upload-named", "put"),  # its place is how one's own file is to be called
    ("api:node-detail", "get"),  # everybody sees what the hub computes on
}


def by_name(one: Address) -> str:
    return f"{one.name} {one.route}" if sum(other.name == one.name for other in ADDRESSES) > 1 else one.name


@contextmanager
def undone() -> Iterator[None]:
    """Whatever a request changes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, method: str, address: str, **headers: str) -> Any:
    if "/uploads/" in address:
        headers |= {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    kwargs: dict[str, Any] = {"headers": headers}
    if method != "get" and address.startswith("/api/"):
        kwargs |= {"data": "{}", "content_type": "application/json"}
    with undone():
        return getattr(client, method)(address, **kwargs)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", ADDRESSES, ids=by_name)
def test_every_place_of_an_address_is_known(address: Address) -> None:
    missing = f"THINGS of tests/rules/addresses.py needs a thing of Anvil's for {address.unknown()} of {address.route}"
    assert not address.unknown(), missing


@pytest.mark.parametrize("address", ADDRESSES, ids=by_name)
def test_nobody_is_asked_to_sign_in(address: Address, world: World, db: None) -> None:
    if address.name in PUBLIC:
        return
    client = Client()
    for method in METHODS:
        answer = ask(client, method, address.at(world))
        if address.name in HIDDEN_FROM_NOBODY:
            assert answer.status_code in {404, 405}, method
        elif address.is_api:
            assert answer.status_code == 401, method
        elif address.name in LEADS_HOME:
            assert answer.status_code in {302, 405}, method
        else:
            sent_away = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
            assert sent_away or answer.status_code in {401, 405}, (method, answer.status_code)


@pytest.mark.parametrize("address", WITH_PLACES, ids=by_name)
def test_outsiders_find_nothing_of_others(address: Address, world: World, db: None) -> None:
    client = signed_in(world.carol)
    for method in METHODS:
        answer = ask(client, method, address.at(world))
        if (address.name, method) not in OPEN_TO_ALL:
            assert answer.status_code in {404, 405}, (method, answer.status_code)
        assert_silent(answer, method)


@pytest.mark.parametrize("address", [one for one in OURS if not one.has_places], ids=by_name)
def test_lists_say_nothing_of_others(address: Address, world: World, db: None) -> None:
    client = signed_in(world.carol)
    for method in METHODS:
        answer = ask(client, method, address.at(world))
        assert answer.status_code < 500, (method, answer.status_code)
        assert answer.status_code != 403, method
        assert_silent(answer, method)


def assert_silent(answer: Any, method: str) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = body.decode(errors="replace")
    for secret in (SECRET, "alice@example.test", "erin@example.test", "frida@example.test"):
        if secret == "frida@example.test" and "This invitation is for" in said:
            continue  # the link itself was asked for
        assert secret not in said, (method, secret)


@pytest.mark.parametrize("address", [one for one in API if one.has_places], ids=by_name)
def test_an_outsiders_token_finds_no_more(address: Address, world: World, db: None, token_for: Issue) -> None:
    key = token_for(world.carol)
    for method in METHODS:
        answer = ask(Client(), method, address.at(world), Authorization=f"Bearer {key}")
        if (address.name, method) not in OPEN_TO_ALL:
            assert answer.status_code in {404, 405}, (method, answer.status_code)


@pytest.mark.parametrize("address", [one for one in API if one.name not in PUBLIC], ids=by_name)
def test_a_reading_token_changes_nothing(address: Address, world: World, db: None, token_for: Issue) -> None:
    key = token_for(world.alice, "read")
    for method in METHODS[1:]:
        answer = ask(Client(), method, address.at(world), Authorization=f"Bearer {key}")
        assert answer.status_code in {403, 405}, (method, answer.status_code)


@pytest.mark.parametrize("address", [one for one in OURS if not one.is_api], ids=by_name)
def test_tokens_open_no_pages(address: Address, world: World, db: None, token_for: Issue) -> None:
    if address.name in PUBLIC | HIDDEN_FROM_NOBODY | FOR_PROGRAMS_TOO:
        return
    answer = ask(Client(), "get", address.at(world), Authorization=f"Bearer {token_for(world.alice)}")
    assert answer.status_code in {302, 401, 405}


@pytest.mark.parametrize("address", OURS, ids=by_name)
@pytest.mark.parametrize("role", ["owner", "participant"])
def test_its_people_reach_it(address: Address, role: str, world: World, people: dict[str, User], db: None) -> None:
    client = signed_in(people[role])
    for method in METHODS:
        answer = ask(client, method, address.at(world))
        assert answer.status_code < 500, (method, answer.status_code)
        if role == "owner" and method == "get" and address.name not in HIDDEN_FROM_NOBODY:
            assert answer.status_code in {200, 302, 405}, answer.status_code


def test_lists_of_exceptions_name_real_addresses() -> None:
    names = {one.name for one in ADDRESSES}
    listed = PUBLIC | HIDDEN_FROM_NOBODY | LEADS_HOME | {name for name, _method in OPEN_TO_ALL}
    assert listed <= names
