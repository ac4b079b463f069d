"""Profile and tokens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chainhub.accounts import services
from chainhub.accounts.models import ApiToken, User
from chainhub.activity.models import AuditEvent
from chainhub.core.errors import InvalidInputError, NotAllowedError


def soon(days: int = 1):  # type: ignore[no-untyped-def]
    return timezone.now() + timedelta(days=days)


def test_alice_issues_a_token_and_the_log_says_so(alice: User) -> None:
    token, key = services.issue_token(alice, name="notebook", scopes=["download", "read"], expires_at=soon())
    assert token.scopes == ["read", "download"]
    assert ApiToken.objects.get(digest=ApiToken.digest_of(key)) == token
    event = AuditEvent.objects.get()
    assert (event.verb, event.text) == ("token.issued", "Alice issued the API token “notebook”.")
    assert key not in str(event.sentence)


@pytest.mark.parametrize("scopes", [[], ["read", "everything"]])
def test_token_needs_known_scopes(alice: User, scopes: list[str]) -> None:
    with pytest.raises(InvalidInputError):
        services.issue_token(alice, name="x", scopes=scopes, expires_at=soon())


def test_token_must_expire_later(alice: User) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        services.issue_token(alice, name="x", scopes=["read"], expires_at=soon(-1))
    assert refusal.value.field == "expires_at"


def test_bob_cannot_revoke_alices_token(alice: User, bob: User) -> None:
    token, _key = services.issue_token(alice, name="x", scopes=["read"], expires_at=soon())
    with pytest.raises(NotAllowedError):
        services.revoke_token(token, actor=bob)
    assert services.revoke_token(token, actor=alice).revoked_at
    services.revoke_token(token, actor=alice)
    assert AuditEvent.objects.filter(verb="token.revoked").count() == 1


def test_language_is_one_of_the_hubs(alice: User) -> None:
    assert services.choose_language(alice, language="zh-hans").language == "zh-hans"
    assert services.choose_language(alice, language="").language == ""
    with pytest.raises(InvalidInputError):
        services.choose_language(alice, language="tlh")
