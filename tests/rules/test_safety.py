"""What protects people in their browsers: no inline script, no forged request, cookies over TLS only."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client, override_settings

from tests.rules.addresses import Address, all_addresses
from tests.rules.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [one for one in all_addresses() if one.name.startswith(("web:", "account_", "usersessions", "api:docs"))]
# JSON and JSON-LD are data: no browser runs them.
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>", re.I)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I)
ELSEWHERE = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"(?:https?:)?//", re.I)
# Protected by what they ask for themselves: the live stream only reads.
NOT_A_FORM = {"web:events", "web:health"}


def by_name(one: Address) -> str:
    return one.name


def directive(policy: str, name: str) -> list[str]:
    found = re.search(rf"(?:^|; ?){name} ([^;]*)", policy)
    return found[1].split() if found else []


@pytest.mark.parametrize("address", PAGES, ids=by_name)
def test_pages_run_no_inline_script(address: Address, world: World, db: None) -> None:
    browser = Client()
    if address.name.startswith(("web:", "usersessions")):
        browser.force_login(world.alice)
    answer = browser.get(address.at(world))
    policy = answer.headers.get("Content-Security-Policy", "")
    if directive(policy, "default-src") != ["'none'"]:  # as files have it: nothing at all runs
        scripts = directive(policy, "script-src")
        assert "'self'" in scripts, answer.status_code
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(scripts)
        assert directive(policy, "object-src") == ["'none'"]
        assert directive(policy, "frame-ancestors") == ["'none'"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    if not answer.streaming and answer["Content-Type"].startswith("text/html"):
        html = answer.content.decode()
        for rule in (INLINE_SCRIPT, HANDLER, ELSEWHERE):
            assert not rule.search(html), rule.search(html)


@pytest.mark.parametrize(
    "address", [one for one in PAGES if one.name not in NOT_A_FORM and one.name != "api:docs"], ids=by_name
)
def test_another_site_cannot_act_for_a_person(address: Address, world: World, db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.alice)
    for method in ("post", "put", "patch", "delete"):
        with transaction.atomic():
            answer = getattr(browser, method)(address.at(world), headers={"Tus-Resumable": "1.0.0"})
            transaction.set_rollback(True)
        assert answer.status_code in {403, 405}, (method, answer.status_code)


def loaded(monkeypatch: Any, tmp_path: Path, **environment: str) -> dict[str, Any]:
    """The settings as they are in this environment."""
    monkeypatch.setenv("CHAINHUB_DATA", str(tmp_path))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "chainhub" / "settings.py"))


def test_cookies_travel_over_tls_only_where_there_is_tls(monkeypatch: Any, tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    safe = loaded(monkeypatch, tmp_path, HTTPS="1")
    assert all(safe[name] for name in names)
    assert safe["SECURE_HSTS_SECONDS"] > 0
    plain = loaded(monkeypatch, tmp_path, HTTPS="0")
    assert not any(plain[name] for name in names)


def test_session_cookie_is_out_of_reach_for_scripts(world: World, db: None) -> None:
    browser = Client()
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        form = browser.get("/accounts/login/", secure=True)
        assert form.cookies["csrftoken"]["secure"]
        data = {"login": world.alice.email, "password": "open sesame 1"}
        cookie = browser.post("/accounts/login/", data, secure=True).cookies[django_settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"


def test_log_in_is_rate_limited_where_no_test_runs(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.delitem(__import__("sys").modules, "pytest")
    limits = loaded(monkeypatch, tmp_path)["ACCOUNT_RATE_LIMITS"]
    assert {"login", "login_failed", "signup"} <= set(limits)
