"""What can be wrong with an address, each in one sentence."""

from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError


class UnreachableError(DomainError):
    """The bytes cannot be had from here."""

    code = "unreachable"


class ChangedReferenceError(DomainError):
    """The bytes are there, and they are others than were registered."""

    code = "reference-changed"


def shown(address: str) -> str:
    """A web address without what stands behind its question mark: there may be a key to the file in it."""
    return address.split("?", maxsplit=1)[0] if address.lower().startswith("http") else address


def not_found(address: str) -> UnreachableError:
    return UnreachableError(gettext_noop("There is no file at %(address)s."), address=shown(address))


def broken(address: str) -> UnreachableError:
    return UnreachableError(
        gettext_noop("%(address)s could not be read: no answer came, or the line broke."), address=shown(address)
    )


def closed(what: str, organization: Any) -> UnreachableError:
    return UnreachableError(
        gettext_noop("%(place)s is not open to %(organization)s on this hub; ask its operator."),
        place=what,
        organization=organization.name,
    )
