"""Bytes that cannot be handed out: each door tells it in one sentence, and nobody ever gets wrong bytes."""

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError


class DamagedBlobError(DomainError):
    """What lies in storage is not what its name says."""

    code = "damaged-file"

    def __init__(self) -> None:
        """It always says the same."""
        super().__init__(
            gettext_noop(
                "The hub's copy of this file is damaged, so it is not handed out; tell the people who run this hub."
            )
        )


class LostBlobError(DamagedBlobError):
    """The key of these bytes was destroyed."""

    code = "destroyed-file"
    status = 410

    def __init__(self) -> None:
        """It always says the same."""
        DomainError.__init__(
            self, gettext_noop("The organization destroyed the key of this file; nobody can read it any more.")
        )


class MasterKeyError(DamagedBlobError):
    """The hub runs with another master key than the one that wraps the data key."""

    code = "wrong-master-key"
    status = 503

    def __init__(self) -> None:
        """It always says the same."""
        DomainError.__init__(
            self,
            gettext_noop(
                "The hub runs without the master key under which this file lies; its operator must set MASTER_KEY."
            ),
        )
