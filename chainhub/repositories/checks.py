"""Asked at every start: whether the hub can unwrap the keys that its files lie under."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import Error as DatabaseError

from chainhub.repositories.damage import LostBlobError, MasterKeyError
from chainhub.repositories.keyring import secret_of
from chainhub.repositories.models import DataKey

SHORTEST = 32


@register
def master_key(**_options: Any) -> list[CheckMessage]:
    """Errors stop `serve`, `worker` and every other command before they do anything."""
    return [*_length(), *_fits()]


def _length() -> list[CheckMessage]:
    if settings.MASTER_KEY and len(settings.MASTER_KEY) < SHORTEST:
        hint = 'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
        return [Error(f"MASTER_KEY must have {SHORTEST} characters or more, drawn by chance.", hint=hint, id="keys.E1")]
    return []


def _fits() -> list[CheckMessage]:
    try:
        missing = [key for key in DataKey.objects.filter(destroyed_at=None) if not _opens(key)]
    except DatabaseError:
        return []  # not migrated yet, or away: others say that
    if not missing:
        return []
    names = ", ".join(sorted({key.master for key in missing}))
    return [
        Error(
            f"{len(missing)} of the organizations' keys are wrapped by a master key ({names}) that this hub lacks; "
            "their files cannot be read.",
            hint="Set MASTER_KEY as it was, or name the former one in OLD_MASTER_KEYS and run `rotate_keys --master`. "
            "Where MASTER_KEY was never set, the key is the file `master_key` of the data folder.",
            id="keys.E2",
        )
    ]


def _opens(key: DataKey) -> bool:
    try:
        secret_of(key.pk)
    except LostBlobError:
        return True
    except MasterKeyError:
        return False
    return True
