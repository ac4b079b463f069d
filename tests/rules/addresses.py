"""Every address of the hub, from the URL configuration itself, with a real thing in each of its places."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.urls import URLPattern, URLResolver, get_resolver

from tests.rules.world import World


def _session_of(person: Any) -> UserSession:
    """A browser in which the person is signed in."""
    return UserSession.objects.get_or_create(session_key=f"key-of-{person.pk}", user=person, ip="192.0.2.1")[0]


PLACE = re.compile(r"\(\?P<(?P<old>\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(?P<new>\w+)>")

# What stands at a place, by the last fixed word before it and how many places lie between. An address with a place
# that is not known here fails the rules: give it a thing that belongs to Anvil and that Carol may not see.
THINGS: dict[tuple[str, int], Callable[[World], Any]] = {
    ("organizations", 0): lambda world: world.anvil.slug,
    ("members", 0): lambda world: world.seat.pk,
    ("invitations", 0): lambda world: world.invitation.pk,
    ("join", 0): lambda world: world.link,
    ("tokens", 0): lambda world: world.token.pk,
    ("inbox", 0): lambda world: world.notice.pk,
    ("notices", 0): lambda world: world.notice.pk,
    ("approvals", 0): lambda world: world.approval.pk,
    ("audit", 0): lambda world: world.event.pk,
    ("sessions", 0): lambda world: _session_of(world.alice).pk,
    ("export.", 0): lambda world: "csv",
    ("collaborations", 0): lambda world: world.alliance.slug,
    ("participants", 0): lambda world: world.participant.pk,
    ("collaborations agreements", 0): lambda world: 1,
    ("agreements agreements", 0): lambda world: world.agreement.pk,
    ("access-requests", 0): lambda world: world.asked.pk,
    ("withdrawal-reports", 0): lambda world: world.report.pk,
    ("policies", 0): lambda world: 1,
    ("datasets", 0): lambda world: world.anvil.slug,
    ("datasets", 1): lambda world: world.dataset.slug,
    ("uploads", 0): lambda world: world.upload.pk,
    ("jobs", 0): lambda world: world.pending.pk,
    ("models", 0): lambda world: world.version.model.organization.slug,
    ("models", 1): lambda world: world.version.model.slug,
    ("bases", 0): lambda world: world.base.organization.slug,
    ("bases", 1): lambda world: world.base.slug,
    ("bases files", 0): lambda world: "model.safetensors",
    ("scenarios", 0): lambda world: "visual-inspection",
    ("scenarios", 1): lambda world: "digits",
    ("recipes", 0): lambda world: "tabular",
    ("nodes", 0): lambda world: "node-1",
    ("versions", 0): lambda world: 1,
    ("v", 0): lambda world: 1,
    ("rows", 0): lambda world: 0,
    ("grants", 0): lambda world: world.dataset.grants.get(organization=None).pk,
    ("aliases", 0): lambda world: "champion",
    ("resolve", 0): lambda world: world.dataset.versions.get(number=1).commit.oid,
    ("resolve", 1): lambda world: "data.csv",
    ("datasets files", 0): lambda world: "data.csv",
    ("models files", 0): lambda world: "config.json",
    # django-allauth's own: keys out of mails.
    ("confirm-email", 0): lambda world: "no-such-key",
    ("key", 0): lambda world: "1",
    ("-", 0): lambda world: "no-such-key",
}
# Where one address needs another thing than its neighbours, or words behind a question mark.
OWN: dict[tuple[str, str, int], Callable[[World], Any]] = {
    ("api:job-artifact", "jobs", 0): lambda world: world.done.pk,
    ("api:job-artifact", "download", 0): lambda world: "config.json",
}
ASKED: dict[str, Callable[[World], str]] = {
    "api:dataset-version-differences": lambda world: "?with=1",
    "api:job-candidates": lambda world: f"?collaboration={world.alliance.slug}&recipe=tabular",
}
# Words that stand in the addresses of several nouns, with different things behind them.
AMBIGUOUS = {"files", "agreements"}


@dataclass(frozen=True)
class Address:
    """One pattern of the URL configuration."""

    name: str
    route: str

    @property
    def has_places(self) -> bool:
        return bool(PLACE.search(self.route))

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def places(self) -> Iterator[tuple[str, int]]:
        """The key of each place."""
        word, between, end = "", 0, 0
        for place in PLACE.finditer(self.route):
            fixed = [part for part in self.route[end : place.start()].split("/") if part]
            if fixed:
                word, between = self._word(fixed[-1]), 0
            yield word, between
            between, end = between + 1, place.end()

    def _word(self, word: str) -> str:
        noun = self.route.removeprefix("/api/v1/").lstrip("/").split("/")[0]
        return f"{noun} {word}" if word in AMBIGUOUS else word

    def at(self, world: World) -> str:
        """The address of real things."""
        values = [OWN.get((self.name, *key), THINGS.get(key, _unknown))(world) for key in self.places()]
        asked = ASKED[self.name](world) if self.name in ASKED else ""
        return PLACE.sub(lambda _place: str(values.pop(0)), self.route) + asked

    def unknown(self) -> list[tuple[str, int]]:
        """Places for which no thing is known."""
        return [key for key in self.places() if key not in THINGS and (self.name, *key) not in OWN]


def _unknown(_world: World) -> str:
    return "unknown"


def all_addresses() -> list[Address]:
    """Ours and those of the packages that we include."""
    found = {(one.name, one.route): one for one in _walk(get_resolver().url_patterns, "/", "")}
    return sorted(found.values(), key=lambda one: (one.name, one.route))


def _walk(patterns: list[Any], before: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        route = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (space, pattern.namespace) if part)
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{space}:{pattern.name}" if space else str(pattern.name), route)


def _plain(pattern: str) -> str:
    return pattern.removeprefix("^").removesuffix("$").replace(r"\Z", "").replace(r"\.", ".")
