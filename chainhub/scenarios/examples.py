"""A scenario's example: one of its trials for one organization, and what of it is there already."""

from dataclasses import dataclass

from django.utils.translation import override

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.jobs.models import Status, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.scenarios.catalogue import Scenario, Trial
from chainhub.scenarios.catalogue.kinds import Text
from chainhub.scenarios.keeper import KEEPER
from chainhub.scenarios.partners import MARK, partner_name
from chainhub.scenarios.samples import SampleSet

LONGEST = 140  # letters of a title
NOTHING = {Status.FAILED, Status.CANCELED}  # what a job came to


@dataclass(frozen=True)
class Example:
    """One trial of a scenario, for one organization that takes part in it."""

    scenario: Scenario
    trial: Trial
    organization: Organization

    @property
    def name(self) -> str:
        """Of its collaboration, in both languages; trials on the same data share it."""
        return f"{in_both(self.scenario.title)} · {named(self.trial.data)} {MARK}"

    @property
    def title(self) -> str:
        """Of its job, in both languages."""
        return in_both(self.trial.title)[:LONGEST]

    def collaboration(self) -> Collaboration | None:
        """Where it is opened already."""
        found = Collaboration.objects.filter(name=self.name, initiator=self.organization, closed_at=None)
        return found.order_by("pk").first()

    def last_job(self) -> TrainingJob | None:
        """Whatever became of it."""
        together = self.collaboration()
        # What it found is long, and a page that waits asks every few seconds.
        return together.jobs.filter(title=self.title).defer("result").order_by("-pk").first() if together else None

    def job(self) -> TrainingJob | None:
        """The last one, unless it came to nothing."""
        last = self.last_job()
        return None if last is None or last.status in NOTHING else last

    def ready(self) -> int:
        """How many of its datasets are there and granted."""
        if (together := self.collaboration()) is None:
            return 0
        usable = Dataset.objects.usable_in(together).filter(
            name=named(self.trial.data),
            organization__name__in=[partner_name(part) for part in self.trial.brought],
            organization__memberships__user__email=KEEPER,
        )
        return usable.count()


def named(data: SampleSet) -> str:
    """Its datasets' name, in both languages."""
    return f"{data.title} {data.title_zh}"


def in_both(text: Text, *, between: str = " ") -> str:
    """In English, then in Chinese, as the demo's names are."""
    said = []
    for language in ("en", "zh-hans"):
        with override(language):
            said.append(str(text))
    return between.join(said)
