"""A scenario's example: organizations around real data and a training on it, made by the services that people use.

Every step looks first whether it is done: begun again, or after a crash half-way, it completes what is missing. The
example's organizations have an owner who cannot log in; whoever launches takes part with an organization of their own,
so that they receive the model.
"""

import io
import time
from dataclasses import dataclass

from django.utils.translation import gettext_noop, override

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.collaborations.agreements import accept_agreement, default_agreement
from chainhub.collaborations.models import Collaboration, ParticipantStatus
from chainhub.collaborations.services import open_collaboration
from chainhub.core.errors import DomainError
from chainhub.datasets.models import Dataset, VersionStatus, Visibility
from chainhub.datasets.services.fields import set_field
from chainhub.datasets.services.inspecting import inspect_version
from chainhub.datasets.services.registering import register_dataset
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.services.proposing import propose_job
from chainhub.organizations.models import Organization, Stage
from chainhub.organizations.services import create_organization
from chainhub.policies import services
from chainhub.policies.reading import current_policy
from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_POOLED, VIEW_ROWS, Terms
from chainhub.repositories.uploads import receive_file
from chainhub.scenarios.bases import CARRIED, import_carried
from chainhub.scenarios.catalogue import Scenario, Trial
from chainhub.scenarios.catalogue.kinds import Text
from chainhub.scenarios.samples import Part, SampleSet

KEEPER = "examples@chainhub.invalid"  # nobody's address, by RFC 2606
LONGEST, SHORT = 140, 24  # letters of a title, and of a short name
PATIENCE = 300.0  # seconds for the inspection of one dataset
MARK = "(example 示例)"
OPEN = Terms(uses=(TRAIN_POOLED, EVALUATE, VIEW_ROWS, DOWNLOAD))  # it is public data: pages may show rows of it


@dataclass(frozen=True)
class Example:
    """One trial of a scenario, for one organization that takes part in it."""

    scenario: Scenario
    trial: Trial
    organization: Organization

    @property
    def name(self) -> str:
        """Of its collaboration, in both languages; trials on the same data share it."""
        return f"{_in_both(self.scenario.title)} · {named(self.trial.data)} {MARK}"

    @property
    def title(self) -> str:
        """Of its job, in both languages."""
        return _in_both(self.trial.title)[:LONGEST]

    @property
    def parts(self) -> list[Part]:
        """What is trained on."""
        wanted = self.trial.parts
        return [one for one in self.trial.data.parts if (one.slug in wanted if wanted else not one.held_out)]

    def collaboration(self) -> Collaboration | None:
        """Where it is opened already."""
        found = Collaboration.objects.filter(name=self.name, initiator=self.organization, closed_at=None)
        return found.order_by("pk").first()

    def job(self) -> TrainingJob | None:
        """The last one, unless it came to nothing."""
        if (together := self.collaboration()) is None:
            return None
        last = together.jobs.filter(title=self.title).order_by("-pk").first()
        return None if last is None or last.status in {Status.FAILED, Status.CANCELED} else last

    def ready(self) -> int:
        """How many of its datasets are there and granted."""
        if (together := self.collaboration()) is None:
            return 0
        owners = [partner_name(part) for part in self.parts]
        usable = Dataset.objects.usable_in(together).filter(name=named(self.trial.data))
        return usable.filter(organization__name__in=owners).count()


def open_example(example: Example, *, actor: User) -> Collaboration:
    """The collaboration with the example's organizations, all bound by its agreement. Raises `NotAllowedError`."""
    partners = [_partner(part, example.scenario) for part in example.parts]
    together = example.collaboration() or open_collaboration(
        actor=actor,
        organization=example.organization,
        name=example.name,
        goal=_in_both(example.scenario.summary, between="\n\n"),
        scenario=example.scenario.slug,
        agreement_text=f"{default_agreement('en')}\n\n{default_agreement('zh-hans')}",
        invited=partners,
    )
    agreement = together.current_agreement
    waiting = together.participants.filter(status=ParticipantStatus.INVITED, organization__in=partners)
    for participant in waiting.select_related("organization", "collaboration"):
        if agreement is not None:
            accept_agreement(participant, actor=_keeper(), agreement=agreement)
    return together


def fill_example(example: Example, *, actor: User) -> list[Dataset]:
    """Its datasets, uploaded, inspected and granted. Raises `CarrierError` where a package cannot be had."""
    together = open_example(example, actor=actor)
    datasets = [_dataset(_partner(part, example.scenario), example.trial.data, part) for part in example.parts]
    for dataset in datasets:
        _inspect(dataset)
        _describe(dataset, example.trial.data)
        if current_policy(dataset) is None:
            services.set_policy(dataset, OPEN, actor=_keeper())
        services.grant_on_terms(dataset, together, actor=_keeper(), terms=OPEN)
    return datasets


def launch_example(example: Example, *, actor: User) -> TrainingJob:
    """Its job: the one that is there, or a new one. Raises `DomainError`."""
    if (known := example.job()) is not None:
        return known
    datasets = fill_example(example, actor=actor)
    base = _base(example, actor) if example.trial.base else None
    together = open_example(example, actor=actor)
    return propose_job(
        actor=actor,
        organization=example.organization,
        collaboration=together,
        title=example.title,
        versions=[version for dataset in datasets if (version := dataset.latest_version) is not None],
        base=base,
        **example.scenario.settings_of(example.trial),
    )


def named(data: SampleSet) -> str:
    """Its datasets' name, in both languages."""
    return f"{data.title} {data.title_zh}"


def partner_name(part: Part) -> str:
    """What an organization of an example is called, so that nobody takes it for a real one."""
    return f"{part.name} {MARK}"


def _in_both(text: Text, *, between: str = " ") -> str:
    """In English, then in Chinese, as the demo's names are."""
    said = []
    for language in ("en", "zh-hans"):
        with override(language):
            said.append(str(text))
    return between.join(said)


def _keeper() -> User:
    """The owner of the example's organizations; has no password, so nobody logs in."""
    user, _new = User.objects.get_or_create(email=KEEPER, defaults={"name": "Examples 示例", "password": "!"})
    if user.has_usable_password():
        raise DomainError(
            gettext_noop(
                "Somebody signed up as %(email)s, which examples need for themselves; ask the hub's operator."
            ),
            email=KEEPER,
        )
    return user


def _partner(part: Part, scenario: Scenario) -> Organization:
    name = partner_name(part)
    return Organization.objects.filter(name=name).first() or create_organization(
        actor=_keeper(),
        name=name,
        short_name=part.organization[:SHORT],
        stage=Stage.SERVICE,
        industry=_in_both(scenario.industry),
        description="Holds example data. 持有示例数据。",
    )


def _dataset(owner: Organization, data: SampleSet, part: Part) -> Dataset:
    dataset = owner.datasets.filter(name=named(data)).first()
    if dataset is not None:
        return dataset
    content = part.content()
    upload = receive_file(actor=_keeper(), filename=part.filename, size=len(content), source=io.BytesIO(content))
    return register_dataset(
        actor=_keeper(),
        organization=owner,
        name=named(data),
        upload=upload,
        kind=data.kind if data.chosen else "",
        visibility=Visibility.GRANTED,
        target=data.target,
        identifiers=data.identifiers,
        summary=data.summary,
        summary_zh=data.summary_zh,
        card=data.card(part),
        card_zh=data.card_zh(part),
        licence=data.licence,
        source=data.source,
        source_url=data.source_url,
    )


def _inspect(dataset: Dataset) -> None:
    """Here, unless a worker does: the file was made out of a pinned one, and needs no process of its own."""
    version = dataset.versions.latest("number")
    until = time.monotonic() + PATIENCE
    while version.status == VersionStatus.INSPECTING and time.monotonic() < until:
        inspect_version(version.pk, isolated=False)
        version.refresh_from_db()
        if version.status == VersionStatus.INSPECTING:
            time.sleep(0.2)
    if version.status != VersionStatus.READY:
        raise DomainError(gettext_noop("The example's dataset “%(dataset)s” is not ready."), dataset=dataset.name)
    dataset.refresh_from_db()


def _describe(dataset: Dataset, data: SampleSet) -> None:
    """The owner's words on single fields."""
    for name, told in data.fields.items():
        if name not in dataset.field_settings:
            set_field(dataset, name, actor=_keeper(), **told)


def _base(example: Example, actor: User) -> BaseModel:
    carried = CARRIED[example.trial.base]
    known = BaseModel.objects.imported().filter(organization=example.organization, slug=carried.origin.slug).first()
    return known or import_carried(carried, organization=example.organization, actor=actor)
