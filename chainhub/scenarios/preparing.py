"""How far the making of an example is, for the page that waits for it; kept beside the queue, not in the database."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.queue import send
from chainhub.core.sentences import Sentence
from chainhub.scenarios.examples import Example

LONGEST = 900  # seconds; who is not done by then may be asked again
REFUSED = "scenario.refused"


@dataclass(frozen=True)
class Preparing:
    """One example that is being made."""

    example: Example

    @property
    def address(self) -> str:
        """The page that shows it."""
        return reverse("web:scenario-trial", args=[self.example.scenario.slug, self.example.trial.slug])

    def begin(self, user: User) -> None:
        """Queue it, unless it is under way."""
        cache.delete(self._key("refused"))
        if cache.add(self._key("begun"), 1, LONGEST):
            asked = (self.example.scenario.slug, self.example.trial.slug, self.example.organization.pk, user.pk)
            if not send("scenarios.launch_example", *asked):
                cache.delete(self._key("begun"))

    def ended(self) -> None:
        """It is there, or it was refused."""
        cache.delete(self._key("begun"))

    def refused(self, why: Sentence, user: User) -> None:
        """The page says why, and the inbox too."""
        cache.set(self._key("refused"), why, LONGEST)
        notify([user], REFUSED, why, url=self.address)

    @property
    def is_under_way(self) -> bool:
        return cache.get(self._key("begun")) is not None

    @property
    def why_not(self) -> Any:
        """The sentence of the last refusal; None where there was none lately."""
        return cache.get(self._key("refused"))

    def _key(self, what: str) -> str:
        example = self.example
        return f"example-{what}:{example.organization.pk}:{example.scenario.slug}:{example.trial.slug}"
