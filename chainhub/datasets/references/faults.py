"""What can be wrong with an address, each in one sentence."""

from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.datasets.references.pace import LEAST


class UnreachableError(DomainError):
    """The bytes cannot be had from here."""

    code = "unreachable"


class ChangedReferenceError(DomainError):
    """The bytes are there, and they are others than were registered."""

    code = "reference-changed"


class NoRoomHereError(DomainError):
    """Nothing is known of the address: this machine has no room for what it holds."""

    code = "no-room-here"
    status = 507

    def __init__(self) -> None:
        """It always says the same, and never the address: all who take part in a job read it."""
        super().__init__(
            gettext_noop("The machine that reads the file has no room on its disk for it; ask the hub's operator.")
        )


def shown(address: str) -> str:
    """A web address without what stands behind its question mark: there may be a key to the file in it."""
    return address.split("?", maxsplit=1)[0] if address.lower().startswith("http") else address


def not_found(address: str) -> UnreachableError:
    return UnreachableError(gettext_noop("There is no file at %(address)s."), address=shown(address))


def broken(address: str) -> UnreachableError:
    return UnreachableError(
        gettext_noop("%(address)s could not be read: no answer came, or the line broke."), address=shown(address)
    )


def too_slow(address: str) -> UnreachableError:
    return UnreachableError(
        gettext_noop("%(address)s gives its bytes too slowly to be read; it must give %(least)s kB a second or more."),
        address=shown(address),
        least=LEAST // 2**10,
    )


def closed(what: str, organization: Any) -> UnreachableError:
    return UnreachableError(
        gettext_noop("%(place)s is not open to %(organization)s on this hub; ask its operator."),
        place=what,
        organization=organization.name,
    )
