"""What a person does about himself: the profile, and the tokens of his programs."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import ApiToken, Scope, User
from chainhub.accounts.signals import token_issued, token_revoked
from chainhub.core.errors import InvalidInputError, NotAllowedError

MOST_TOKENS = 50


def change_profile(user: User, *, name: str) -> User:
    """Change how the person is called."""
    user.name = name
    user.save(update_fields=["name"])
    return user


def choose_language(user: User, *, language: str) -> User:
    """Keep the language in which the person reads the hub; empty: as each browser asks.

    Raises InvalidInputError for one that the hub does not speak.
    """
    if language not in {"", *dict(settings.LANGUAGES)}:
        raise InvalidInputError(gettext_noop("The hub does not speak that language."), field="language")
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    return user


@transaction.atomic
def issue_token(
    user: User, *, name: str, scopes: Iterable[str], expires_at: datetime, by: ApiToken | None = None
) -> tuple[ApiToken, str]:
    """A new token and its key; the key is kept nowhere and cannot be shown again.

    `by` is the token that asks, if one does: what leaked must not outlive itself. Raises InvalidInputError for an
    expiry that has passed, for no scope at all, an unknown one, or more than `by` has.
    """
    asked = set(scopes)
    wanted = [scope for scope in Scope.values if scope in asked]
    if not wanted or asked - set(wanted):
        raise InvalidInputError(gettext_noop("Choose what the token may do."), field="scopes")
    if expires_at <= timezone.now():
        raise InvalidInputError(gettext_noop("The token must expire in the future."), field="expires_at")
    if by is not None and (asked - set(by.scopes) or expires_at > by.expires_at):
        raise InvalidInputError(gettext_noop("A token cannot issue one that may more, or lives longer, than itself."))
    User.objects.select_for_update().get(pk=user.pk)
    if ApiToken.objects.visible_to(user).usable().count() >= MOST_TOKENS:
        raise InvalidInputError(
            gettext_noop("You have %(most)s tokens; revoke one that is no longer used."), most=MOST_TOKENS
        )
    key = ApiToken.new_key()
    token = ApiToken.objects.create(
        user=user, name=name, digest=ApiToken.digest_of(key), hint=key[:8], scopes=wanted, expires_at=expires_at
    )
    token_issued.send(ApiToken, token=token)
    return token, key


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User) -> ApiToken:
    """End a token at once. Revoking twice is no error."""
    token = ApiToken.objects.select_for_update().select_related("user").get(pk=token.pk)
    if token.user_id != actor.pk:
        raise NotAllowedError(gettext_noop("Only its own person may revoke a token."))
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        token_revoked.send(ApiToken, token=token)
    return token
