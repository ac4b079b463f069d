"""How a negotiation moves: the states of the Dataspace Protocol's contract negotiation, and who may make which move.

The consumer is the organization that asks, the provider the dataset's owner. A counter-offer of the consumer is a
request again, one of the provider an offer. Once both have said yes to the same terms the hub makes the moves that are
left (AGREED, VERIFIED, FINALIZED) in their names at once: it is the connector of both.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from chainhub.core.errors import IllegalMoveError


class State(models.TextChoices):
    """Where a negotiation stands."""

    REQUESTED = "requested", pgettext_lazy("negotiation", "Requested")
    OFFERED = "offered", pgettext_lazy("negotiation", "Offered")
    ACCEPTED = "accepted", pgettext_lazy("negotiation", "Accepted")
    AGREED = "agreed", pgettext_lazy("negotiation", "Agreed")
    VERIFIED = "verified", pgettext_lazy("negotiation", "Verified")
    FINALIZED = "finalized", pgettext_lazy("negotiation", "Concluded")
    TERMINATED = "terminated", pgettext_lazy("negotiation", "Ended")


class Side(models.TextChoices):
    """Who moves."""

    CONSUMER = "consumer", _("Who asks")
    PROVIDER = "provider", _("Owner")


OPEN = (State.REQUESTED, State.OFFERED, State.ACCEPTED, State.AGREED, State.VERIFIED)
MOVES: dict[tuple[str, str], tuple[str, ...]] = {
    (State.REQUESTED, Side.PROVIDER): (State.OFFERED, State.AGREED, State.TERMINATED),
    (State.REQUESTED, Side.CONSUMER): (State.TERMINATED,),
    (State.OFFERED, Side.CONSUMER): (State.REQUESTED, State.ACCEPTED, State.TERMINATED),
    (State.OFFERED, Side.PROVIDER): (State.OFFERED, State.TERMINATED),
    (State.ACCEPTED, Side.PROVIDER): (State.AGREED, State.TERMINATED),
    (State.ACCEPTED, Side.CONSUMER): (State.TERMINATED,),
    (State.AGREED, Side.CONSUMER): (State.VERIFIED, State.TERMINATED),
    (State.AGREED, Side.PROVIDER): (State.TERMINATED,),
    (State.VERIFIED, Side.PROVIDER): (State.FINALIZED, State.TERMINATED),
    (State.VERIFIED, Side.CONSUMER): (State.TERMINATED,),
}


def may_move(state: str, side: str, then: str) -> bool:
    """Whether this side may make the move now."""
    return then in MOVES.get((state, side), ())


def check_move(state: str, side: str, then: str) -> None:
    """Raises `IllegalMoveError` for a move that the protocol does not have."""
    if not may_move(state, side, then):
        raise IllegalMoveError(gettext_noop("The negotiation has moved on; read it again before you answer."))
