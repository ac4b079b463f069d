"""Signing in and up, the account, tokens, and the language that follows a person."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from chainhub.accounts.models import ApiToken, User

Browse = Callable[[User | None], Client]
PASSWORD = "open sesame 1"


def test_alice_signs_in_with_her_address(alice: User, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "ALICE@example.test", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/me/").status_code == 200


def test_wrong_password_and_unknown_person_read_alike(alice: User, client: Client) -> None:
    def told(login: str) -> str:
        page = client.post("/accounts/login/", {"login": login, "password": "no such thing"})
        assert page.status_code == 200
        return re.sub(r"nobody|alice|csrf\S+|value=\S+|chart-\w+", "", page.content.decode())

    assert told("alice@example.test") == told("nobody@example.test")


def test_who_signs_up_gives_a_name_and_lands_on_the_first_step(db: None, client: Client) -> None:
    form = {"name": "Frida", "email": "frida@example.test", "password1": "quite a long one 7"}
    assert client.post("/accounts/signup/", form).status_code == 302
    assert User.objects.get(email="frida@example.test").name == "Frida"
    assert "Open your organization" in client.get("/").content.decode()


def test_forgotten_password_is_set_by_mail(alice: User, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)
    assert link
    form = client.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    done = client.post(address, {"password1": "another long one 8", "password2": "another long one 8"}, follow=True)
    assert 'href="/accounts/login/"' in done.content.decode()
    assert "This link no longer works" in client.get(link[1], follow=True).content.decode()
    assert client.login(email=alice.email, password="another long one 8")


def test_the_account_speaks_chinese_where_the_libraries_do_not(db: None, client: Client) -> None:
    chinese = {"Accept-Language": "zh-CN"}
    form = {"name": "李雷", "email": "lilei@example.test", "password1": "12345"}
    assert "密码太短，至少需要 10 个字符。" in client.post("/accounts/signup/", form, headers=chinese).content.decode()
    client.post("/accounts/signup/", {**form, "password1": "quite a long one 7"}, headers=chinese)
    page = client.get("/accounts/email/", headers=chinese).content.decode()
    assert "邮箱地址" in page
    assert "Email" not in page
    client.post("/accounts/password/reset/", {"email": "lilei@example.test"}, headers=chinese)
    for sent in mail.outbox:
        assert "Hello" not in sent.body
        assert re.search(r"[一-鿿]", sent.subject)
    confirm = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body)
    assert confirm
    assert "确认您的邮箱地址" in client.get(confirm[1], headers=chinese).content.decode()
    client.post(confirm[1], headers=chinese)
    assert "已确认" in client.get("/accounts/email/", headers=chinese).content.decode()


def test_log_in_is_rate_limited(alice: User, client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,3/300s/key"}
    cache.clear()
    for _ in range(4):
        page = client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    assert "Too many failed login attempts" in page.content.decode()
    page = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert page.status_code == 200
    cache.clear()


def test_other_browsers_can_be_signed_out(alice: User) -> None:
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Edg/140.0"
    here, there = Client(), Client(headers={"User-Agent": windows})
    for browser in (here, there):
        browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert there.get("/me/").status_code == 200
    page = here.get("/accounts/sessions/").content.decode()
    assert "Edge · Windows" in page
    assert "Unknown browser" in page  # the test client's own
    here.post("/accounts/sessions/")
    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_profile_is_changed(alice: User, browse: Browse) -> None:
    answer = browse(alice).post("/me/", {"name": "Alice A.", "language": "zh-hans"})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Alice A.", "zh-hans")


def test_chosen_language_follows_to_every_browser(alice: User, browse: Browse) -> None:
    browse(alice).post("/i18n/setlang/", {"language": "zh-hans", "next": "/me/"})
    alice.refresh_from_db()
    assert alice.language == "zh-hans"
    elsewhere = browse(alice).get("/me/", headers={"Accept-Language": "en"})
    assert elsewhere["Content-Language"] == "zh-hans"


def test_language_of_nobody_is_the_browsers_or_the_cookies(db: None, client: Client) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert page["Content-Language"] == "zh-hans"
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert client.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert client.get("/i18n/setlang/").status_code == 405


def test_language_leads_nowhere_else(alice: User, browse: Browse) -> None:
    answer = browse(alice).post("/i18n/setlang/", {"language": "en", "next": "https://elsewhere.test/"})
    assert answer["Location"] == "/"


def test_token_is_shown_once(alice: User, browse: Browse) -> None:
    browser = browse(alice)
    page = browser.post("/me/tokens/", {"name": "notebook", "scopes": ["read", "download"], "days": "30"})
    key = re.search(r"chh_[\w-]{40,}", page.content.decode())
    assert key
    assert "no-store" in page["Cache-Control"]
    again = browser.get("/me/tokens/").content.decode()
    assert key[0] not in again
    assert "notebook" in again


def test_token_form_says_what_is_missing(alice: User, browse: Browse) -> None:
    page = browse(alice).post("/me/tokens/", {"name": "x", "days": "30"})
    assert page.status_code == 200
    assert not ApiToken.objects.exists()


def test_token_is_revoked_by_its_person_only(alice: User, carol: User, browse: Browse, token_for: Any) -> None:
    token_for(alice)
    number = ApiToken.objects.get().pk
    assert browse(carol).post(f"/me/tokens/{number}/revoke/").status_code == 404
    assert browse(alice).post(f"/me/tokens/{number}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_doors_open_in_both_languages(db: None, client: Client, address: str, language: str) -> None:
    page = client.get(address, headers={"Accept-Language": language})
    assert page.status_code == 200
    assert page["Content-Language"] == language
