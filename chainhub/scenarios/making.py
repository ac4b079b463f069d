"""A scenario's example, made: organizations around real data and a training on it, by the services that people use.

Every step looks first whether it is done: begun again, or after a crash half-way, it completes what is missing. The
example's organizations have an owner who cannot log in; whoever launches takes part with an organization of their own,
so that they receive the model.
"""

import io

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.collaborations.agreements import accept_agreement, default_agreement
from chainhub.collaborations.models import Collaboration, ParticipantStatus
from chainhub.collaborations.services import invite_organization, open_collaboration
from chainhub.datasets.models import Dataset, VersionStatus, Visibility
from chainhub.datasets.services.fields import set_field
from chainhub.datasets.services.registering import add_version, register_dataset
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services.proposing import propose_job
from chainhub.organizations.models import Organization
from chainhub.policies import services
from chainhub.policies.reading import current_policy
from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_POOLED, VIEW_ROWS, Terms
from chainhub.repositories.models import Upload
from chainhub.repositories.uploads import receive_file
from chainhub.scenarios.bases import CARRIED, import_carried
from chainhub.scenarios.examples import Example, in_both, named
from chainhub.scenarios.inspecting import wait_until_ready
from chainhub.scenarios.keeper import keeper, one_at_a_time
from chainhub.scenarios.partners import mark_as_expected, partner_of
from chainhub.scenarios.samples import Part, SampleSet

OPEN = Terms(uses=(TRAIN_POOLED, EVALUATE, VIEW_ROWS, DOWNLOAD))  # it is public data: pages may show rows of it


def open_example(example: Example, *, actor: User) -> Collaboration:
    """The collaboration with the example's organizations, all bound by its agreement. Raises `DomainError`."""
    partners = _partners(example)
    with one_at_a_time():
        together = example.collaboration() or open_collaboration(
            actor=actor,
            organization=example.organization,
            name=example.name,
            goal=in_both(example.scenario.summary, between="\n\n"),
            scenario=example.scenario.slug,
            agreement_text=f"{default_agreement('en')}\n\n{default_agreement('zh-hans')}",
            invited=partners,
        )
    for partner in partners:
        _bind(partner, together, actor=actor)
    mark_as_expected(together, partners)
    return together


def _partners(example: Example) -> list[Organization]:
    industry = in_both(example.scenario.industry)
    return [partner_of(part, industry=industry) for part in example.trial.brought]


def _bind(partner: Organization, together: Collaboration, *, actor: User) -> None:
    """Invited, where a trial on fewer partners opened the collaboration, and bound by the text that stands."""
    with one_at_a_time() as owner:
        seat = together.participants.filter(organization=partner).first()
        if seat is None or seat.status not in {ParticipantStatus.INVITED, ParticipantStatus.ACCEPTED}:
            seat = invite_organization(together, partner, actor=actor)
        agreement = together.current_agreement
        if seat.status == ParticipantStatus.INVITED and agreement is not None:
            accept_agreement(seat, actor=owner, agreement=agreement)


def fill_example(example: Example, *, actor: User) -> list[Dataset]:
    """Its datasets, uploaded, inspected and granted. Raises `CarrierError` where a package cannot be had."""
    together, owner = open_example(example, actor=actor), keeper()
    partners, parts = _partners(example), example.trial.brought
    datasets = [_dataset(*one, data=example.trial.data) for one in zip(partners, parts, strict=True)]
    for dataset in datasets:
        wait_until_ready(dataset)
        _describe(dataset, example.trial.data)
        if current_policy(dataset) is None:
            services.set_policy(dataset, OPEN, actor=owner)
        services.grant_on_terms(dataset, together, actor=owner, terms=OPEN)
    mark_as_expected(together, partners)
    return datasets


def launch_example(example: Example, *, actor: User) -> TrainingJob:
    """Its job: the one that is there, or a new one. Raises `DomainError`."""
    if (known := example.job()) is not None:
        return known
    datasets = fill_example(example, actor=actor)
    base = _base(example, actor) if example.trial.base else None
    together = open_example(example, actor=actor)
    with one_at_a_time():
        return example.job() or propose_job(
            actor=actor,
            organization=example.organization,
            collaboration=together,
            title=example.title,
            versions=[version for dataset in datasets if (version := dataset.latest_version) is not None],
            base=base,
            **example.scenario.settings_of(example.trial),
        )


def _dataset(owner: Organization, part: Part, *, data: SampleSet) -> Dataset:
    """What is there already, unless it was refused: a crash in the middle of an inspection can bring that about."""
    known = _known(owner, data)
    if known is not None and not _is_refused(known):
        return known
    content = part.content()
    upload = receive_file(actor=keeper(), filename=part.filename, size=len(content), source=io.BytesIO(content))
    with one_at_a_time() as actor:
        known = _known(owner, data)
        if known is None:
            return _registered(owner, data, part, upload=upload, actor=actor)
        if _is_refused(known):
            add_version(known, actor=actor, upload=upload)
        return known


def _known(owner: Organization, data: SampleSet) -> Dataset | None:
    return owner.datasets.filter(name=named(data)).order_by("pk").first()


def _is_refused(dataset: Dataset) -> bool:
    return dataset.versions.latest("number").status == VersionStatus.REFUSED


def _registered(owner: Organization, data: SampleSet, part: Part, *, upload: Upload, actor: User) -> Dataset:
    return register_dataset(
        actor=actor,
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


def _describe(dataset: Dataset, data: SampleSet) -> None:
    """The owner's words on single fields."""
    for name, told in data.fields.items():
        if name not in dataset.field_settings:
            set_field(dataset, name, actor=keeper(), **told)


def _base(example: Example, actor: User) -> BaseModel:
    carried = CARRIED[example.trial.base]
    known = BaseModel.objects.imported().filter(organization=example.organization, slug=carried.origin.slug).first()
    return known or import_carried(carried, organization=example.organization, actor=actor)
