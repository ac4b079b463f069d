"""Tokens and sessions at the door for programs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS

from chainhub.accounts.models import ApiToken, User
from chainhub.api.authentication import needed_scope

Issue = Callable[..., str]
ME = "/api/v1/me/"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_nobody_is_asked_to_sign_in_by_a_problem(db: None, client: Client) -> None:
    answer = client.get(ME)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


def test_token_acts_for_its_person(alice: User, token_for: Issue, client: Client) -> None:
    answer = client.get(ME, headers=bearer(token_for(alice, "read")))
    assert answer.json()["email"] == alice.email
    assert answer.json()["organizations"] == [{"organization": "anvil", "role": "owner"}]


@pytest.mark.parametrize("harm", ["revoked", "expired", "person gone", "never issued", "empty"])
def test_every_bad_token_gets_the_same_answer(harm: str, alice: User, token_for: Issue, client: Client) -> None:
    key = token_for(alice)
    if harm == "revoked":
        ApiToken.objects.update(revoked_at=timezone.now())
    elif harm == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif harm == "person gone":
        User.objects.update(is_active=False)
    else:
        key = "" if harm == "empty" else "chh_never"
    answer = client.get(ME, headers=bearer(key))
    assert answer.status_code == 401
    assert answer.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "This token is not valid, or no longer.",
        "code": "authentication_failed",
    }


def test_token_is_kept_as_a_hash_only(alice: User, token_for: Issue) -> None:
    key = token_for(alice)
    row = ApiToken.objects.values().get()
    assert key not in str(row)
    assert len(row["digest"]) == 64


def test_use_is_remembered_at_most_once_a_minute(alice: User, token_for: Issue, client: Client) -> None:
    key = token_for(alice)
    client.get(ME, headers=bearer(key))
    first = ApiToken.objects.get().last_used_at
    client.get(ME, headers=bearer(key))
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    client.get(ME, headers=bearer(key))
    assert ApiToken.objects.get().last_used_at >= first


def test_read_only_token_reads_but_changes_nothing(alice: User, token_for: Issue, client: Client) -> None:
    headers = bearer(token_for(alice, "read"))
    assert client.get(ME, headers=headers).status_code == 200
    answer = client.patch(ME, {"name": "Mallory"}, content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert "write" in answer.json()["detail"]
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_session_needs_the_csrf_token_for_changes(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.get(ME).status_code == 200
    assert strict.patch(ME, {"name": "X"}, content_type="application/json").status_code == 403


@pytest.mark.parametrize(
    ("method", "named", "needed"),
    [
        ("GET", "", "read"),
        ("HEAD", "launch", "read"),
        ("POST", "", "write"),
        ("DELETE", "", "write"),
        ("POST", "launch", "launch"),
        ("GET", "download", "download"),
        ("POST", "download", "download"),
    ],
)
def test_needed_scope(method: str, named: str, needed: str) -> None:
    class View:
        required_scope = named

    assert needed_scope(method, View()) == needed
    assert method in SAFE_METHODS or needed != "read"


def test_person_issues_a_token_and_sees_its_key_once(alice: User, browse: Any) -> None:
    soon = (timezone.now() + timedelta(days=3)).isoformat()
    body = {"name": "notebook", "scopes": ["read"], "expires_at": soon}
    answer = browse(alice).post("/api/v1/tokens/", body, content_type="application/json")
    assert answer.status_code == 201
    key = answer.json()["key"]
    assert key.startswith("chh_")
    assert key not in browse(alice).get("/api/v1/tokens/").content.decode()
    assert Client().get(ME, headers=bearer(key)).status_code == 200


def test_token_cannot_issue_a_stronger_one(alice: User, token_for: Issue, client: Client) -> None:
    headers = bearer(token_for(alice, "read", "write"))
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    late = (timezone.now() + timedelta(days=30)).isoformat()
    for scopes, expires_at in ((["read", "launch"], soon), (["read"], late)):
        body = {"name": "more", "scopes": scopes, "expires_at": expires_at}
        answer = client.post("/api/v1/tokens/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 422


def test_revoked_token_stops_at_once(alice: User, token_for: Issue, client: Client, carol: User, browse: Any) -> None:
    key = token_for(alice)
    number = ApiToken.objects.get().pk
    assert browse(carol).delete(f"/api/v1/tokens/{number}/").status_code == 404
    assert browse(alice).delete(f"/api/v1/tokens/{number}/").status_code == 204
    assert client.get(ME, headers=bearer(key)).status_code == 401
