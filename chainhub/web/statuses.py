"""How the states of things look: one table for jobs, versions, approvals, participants and nodes."""

from typing import NamedTuple


class Look(NamedTuple):
    """Colour, icon, and whether it moves by itself."""

    css: str
    picture: str
    moving: bool = False


PLAIN = Look(css="", picture="circle")
LOOKS = {
    "draft": Look("", "circle-dashed"),
    "pending": Look("is-warn", "clock"),
    "queued": Look("is-news", "hourglass"),
    "running": Look("is-accent", "activity", moving=True),
    "succeeded": Look("is-good", "circle-check"),
    "failed": Look("is-bad", "circle-x"),
    "canceled": Look("", "ban"),
    "inspecting": Look("is-accent", "activity", moving=True),
    "ready": Look("is-good", "circle-check"),
    "refused": Look("is-bad", "circle-x"),
    "requested": Look("is-warn", "clock"),
    "offered": Look("is-news", "mail"),
    "agreed": Look("is-good", "check"),
    "verified": Look("is-good", "check"),
    "finalized": Look("is-good", "circle-check"),
    "terminated": Look("", "ban"),
    "invited": Look("is-warn", "mail"),
    "accepted": Look("is-good", "circle-check"),
    "approved": Look("is-good", "circle-check"),
    "granted": Look("is-good", "circle-check"),
    "declined": Look("is-bad", "circle-x"),
    "revoked": Look("is-bad", "ban"),
    "left": Look("", "log-out"),
    "expired": Look("", "timer"),
    "online": Look("is-good", "circle-check"),
    "busy": Look("is-accent", "activity", moving=True),
    "draining": Look("is-warn", "circle-pause"),
    "offline": Look("is-bad", "power"),
    "lost": Look("is-bad", "triangle-alert"),
}


def look_of(status: str) -> Look:
    """The look of a status; a plain one for a status without."""
    return LOOKS.get(status, PLAIN)
