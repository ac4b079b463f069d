"""What the floor below did, written into the audit log."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_noop

from chainhub.accounts.models import ApiToken
from chainhub.accounts.signals import token_issued, token_revoked
from chainhub.activity.services import record
from chainhub.core.sentences import sentence


@receiver(token_issued)
def record_issued_token(token: ApiToken, **kwargs: Any) -> None:
    """A person's program got a key."""
    text = gettext_noop("%(person)s issued the API token “%(token)s”.")
    _record("token.issued", text, token)


@receiver(token_revoked)
def record_revoked_token(token: ApiToken, **kwargs: Any) -> None:
    """A person's program lost its key."""
    text = gettext_noop("%(person)s revoked the API token “%(token)s”.")
    _record("token.revoked", text, token)


def _record(verb: str, text: str, token: ApiToken) -> None:
    said = sentence(text, person=str(token.user), token=token.name)
    record(verb, said, actor=token.user, topics=[f"user:{token.user_id}"], target_url="/me/tokens/")
