"""The hub's master keys, which wrap the organizations' data keys: from the environment, else kept in a file.

The first one wraps new keys; the others still unwrap what `rotate_keys --master` has not reached.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from chainhub.core.env import secret_kept_in
from chainhub.repositories.damage import MasterKeyError

_NONCE = 12


@dataclass(frozen=True)
class Master:
    """One master key; `fingerprint` (16 hex digits) names it without giving it away."""

    fingerprint: str
    secret: bytes

    def wrap(self, key: bytes, *, place: bytes) -> bytes:
        """The key sealed; it opens only for the same `place`."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, key, place)

    def unwrap(self, wrapped: bytes, *, place: bytes) -> bytes:
        """Raises `MasterKeyError` where this key did not wrap it, or not for this place."""
        try:
            return AESGCM(self.secret).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], place)
        except (InvalidTag, ValueError) as error:
            raise MasterKeyError from error


def masters() -> list[Master]:
    """All that are known, the one in use first."""
    texts = [settings.MASTER_KEY, *settings.OLD_MASTER_KEYS] if settings.MASTER_KEY else []
    kept = kept_file()
    if not texts:
        secret_kept_in(kept)
    if kept.exists():
        # Also where the environment names one: what the kept key wrapped must open until it is wrapped anew.
        texts += kept.read_text().split()
    return [_master(text) for text in dict.fromkeys(texts)]


def master_named(fingerprint: str) -> Master:
    """The one with this fingerprint. Raises `MasterKeyError`."""
    for master in masters():
        if master.fingerprint == fingerprint:
            return master
    raise MasterKeyError


def kept_file() -> Path:
    """Where the key is kept while the environment names none."""
    return Path(settings.MASTER_KEY_FILE)


def keep_another() -> None:
    """Put a new key before the kept ones: those who wrap take it from now on, those who unwrap know both."""
    _rewrite([secrets.token_urlsafe(64), *kept_file().read_text().split()])


def forget_others() -> None:
    """Keep only the newest of the kept keys, and none where the environment names one."""
    if settings.MASTER_KEY:
        kept_file().unlink()
    else:
        _rewrite(kept_file().read_text().split()[:1])


def _rewrite(lines: list[str]) -> None:
    """In one move: whoever reads meanwhile finds all lines as they were or all as they are."""
    path = kept_file()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write("\n".join(lines))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@lru_cache(maxsize=16)
def _master(text: str) -> Master:
    """Any text serves: it is stretched to the length that the cipher wants, and apart from that to a name."""
    derived = HKDF(SHA256(), length=40, salt=None, info=b"chainhub master key").derive(text.encode())
    return Master(derived[32:].hex(), derived[:32])
