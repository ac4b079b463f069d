"""Against being sent where only the hub can go: an address is asked only where every machine behind it is public."""

import ipaddress
import socket

from django.utils.translation import gettext_noop

from chainhub.datasets.references.faults import UnreachableError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 networks whose addresses carry an IPv4 address that a router on the way would take out.
CARRIERS = [
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96")
]


def vetted(host: str, port: int, *, trusted: bool) -> list[str]:
    """The numbers behind a name, to be connected to as they are: a second question might be answered differently.

    Raises `UnreachableError` for a name without any, and where one of them is not public, unless `trusted`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _not_asked(host) from error
    numbers = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not trusted and not all(is_public(ipaddress.ip_address(number)) for number in numbers):
        raise _not_asked(host)
    return numbers


def refuse_private_literal(host: str) -> None:
    """Raises `UnreachableError` for a host that is written as a number of a private network."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_public(number):
        raise _not_asked(host)


def is_public(number: Address) -> bool:
    """Whether anybody on the internet could ask the same machine."""
    mapped = getattr(number, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    if number.version == 6 and any(number in network for network in CARRIERS):  # noqa: PLR2004 - IPv6
        return False
    if getattr(number, "is_site_local", False):
        return False
    return number.is_global and not number.is_multicast and not number.is_reserved


def _not_asked(host: str) -> UnreachableError:
    """One sentence for both: whoever tries names must not learn which of them there are inside."""
    return UnreachableError(
        gettext_noop(
            "The hub does not ask %(host)s: there is no machine of that name, or it lies in a private network. The "
            "hub's operator can allow it."
        ),
        host=host,
    )
