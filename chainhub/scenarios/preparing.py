"""How far the making of an example is, for the page that waits for it; kept beside the queue, not in the database.

Whoever makes it holds a lease and renews it: after a crash nobody does, and the page offers to make it again. So it
does where nobody has begun within a minute; should both come to be worked on, the second finds the lease and leaves it.
The lease says whose it is: who was away for longer than it lasts neither renews nor ends the one of who came after.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.errors import DomainError
from chainhub.core.queue import send
from chainhub.core.sentences import Sentence, sentence
from chainhub.scenarios.examples import Example
from chainhub.scenarios.importing import QueueAwayError

SOON = 60  # seconds in the queue; who has not begun by then may be asked again
REMEMBERED = 900  # seconds for which the page says that it still waits, or why it was refused
LEASE = 45  # seconds without a sign of life from who makes it
RENEWED_EVERY = 10.0  # seconds
REFUSED = "scenario.refused"
BROKE = gettext_noop("Something in the hub broke while it made the example; its operator finds in the log what it was.")


@dataclass(frozen=True)
class Preparing:
    """One example that is being made."""

    example: Example

    @property
    def address(self) -> str:
        """The page that shows it."""
        return reverse("web:scenario-trial", args=[self.example.scenario.slug, self.example.trial.slug])

    def begin(self, user: User) -> None:
        """Queue it, unless it is under way. Raises `QueueAwayError`."""
        cache.delete(self._key("refused"))
        if self.is_held or not cache.add(self._key("asked"), 1, SOON):
            return
        cache.set(self._key("waits"), 1, REMEMBERED)
        asked = (self.example.scenario.slug, self.example.trial.slug, self.example.organization.pk, user.pk)
        if not send("scenarios.launch_example", *asked):
            cache.delete_many([self._key("asked"), self._key("waits")])
            raise QueueAwayError

    @contextmanager
    def held(self, user: User) -> Iterator[bool]:
        """Whether the work is ours: the lease is renewed while it goes on. A refusal is told to who asked."""
        token = uuid.uuid4().hex
        mine = cache.add(self._key("held"), token, LEASE)
        cache.delete_many([self._key("asked"), self._key("waits")])
        if not mine:
            yield False
            return
        over = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(over, token), name="example-lease", daemon=True)
        renewing.start()
        try:
            yield True
        except DomainError as refusal:
            self.refused(refusal.sentence, user)
        except Exception:
            self.refused(sentence(BROKE), user)
            raise
        finally:
            over.set()
            renewing.join()
            if cache.get(self._key("held")) == token:
                cache.delete(self._key("held"))

    def _renew(self, over: threading.Event, token: str) -> None:
        while not over.wait(RENEWED_EVERY):
            # Away for a moment: the next time, or the page offers it again, which is harmless.
            with suppress(RedisError):
                if cache.get(self._key("held")) == token:
                    cache.set(self._key("held"), token, LEASE)
                else:  # it ran out: taken back, unless somebody else has it
                    cache.add(self._key("held"), token, LEASE)

    def refused(self, why: Sentence, user: User) -> None:
        """The page says why, and the inbox too."""
        cache.set(self._key("refused"), why, REMEMBERED)
        notify([user], REFUSED, why, url=self.address)

    @property
    def is_held(self) -> bool:
        """Somebody makes it."""
        return cache.get(self._key("held")) is not None

    @property
    def stage(self) -> str:
        """“making”, “waiting” in the queue, “late” where it has waited for more than a minute, or nothing."""
        if self.is_held:
            return "making"
        waiting = cache.get_many([self._key("asked"), self._key("waits")])
        return "waiting" if self._key("asked") in waiting else "late" if waiting else ""

    @property
    def why_not(self) -> Any:
        """The sentence of the last refusal; None where there was none lately."""
        return cache.get(self._key("refused"))

    def _key(self, what: str) -> str:
        example = self.example
        return f"example-{what}:{example.organization.pk}:{example.scenario.slug}:{example.trial.slug}"
