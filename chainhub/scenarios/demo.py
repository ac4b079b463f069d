"""The demo: two collaborations on real data, loaded through the same services that people use.

Every step looks first whether it is done, so that loading again, or after a crash half-way, completes what is missing.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password

from chainhub.accounts.models import User
from chainhub.collaborations.agreements import accept_agreement, default_agreement
from chainhub.collaborations.models import Collaboration, ParticipantStatus
from chainhub.collaborations.services import open_collaboration
from chainhub.datasets.models import Dataset, Visibility
from chainhub.datasets.services.grants import grant_use
from chainhub.datasets.services.registering import register_dataset
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.services.proposing import propose_job
from chainhub.organizations.models import Membership, Organization
from chainhub.organizations.services import create_organization
from chainhub.registry import scores
from chainhub.registry.models import ModelVersion
from chainhub.repositories.uploads import receive_file
from chainhub.scenarios import cast, samples
from chainhub.scenarios.cast import House, Person
from chainhub.scenarios.catalogue import DISEASE_DIAGNOSIS, VISUAL_INSPECTION
from chainhub.scenarios.inspecting import wait_until_ready
from chainhub.scenarios.negotiation import begin_negotiation, launch_against_terms

INSPECTION = "Shared inspection model 共享质检模型"
INSPECTION_GOAL = (
    "Every supplier sees only the parts that it makes. Together we train one model that recognizes all of them, and "
    "everyone receives it.\n\n"
    "每家供应商只见过自己生产的零件。我们共同训练一个能识别全部零件的模型，每一方都会得到它。"
)
HEART = "Heart disease across four hospitals 四院心脏病研究"
HEART_GOAL = (
    "Rank patients by the risk of heart disease from the findings of a first visit, as well in the smallest hospital "
    "as in the largest.\n\n"
    "根据首次就诊的检查结果评估心脏病风险，让最小的医院也能与最大的医院做得一样好。"
)
INSPECTION_JOB = "Part recognition 零件识别"
HEART_JOB = "Heart disease risk 心脏病风险"
HELD_OUT, HELD_OUT_ROWS = "Patients kept for evaluating 留作评估的患者", 60


def people() -> list[Person]:
    """The demo's log-ins."""
    return cast.people()


def load_demo() -> None:
    """People, organizations, collaborations, datasets and grants."""
    initiators = [_house(cast.MERIDIAN), _house(cast.ALLIANCE)]
    suppliers = [_house(house) for house in cast.SUPPLIERS]
    hospitals = [_house(house) for house in cast.HOSPITALS]
    inspection = _collaboration(INSPECTION, INSPECTION_GOAL, VISUAL_INSPECTION.slug, initiators[0], suppliers)
    heart = _collaboration(HEART, HEART_GOAL, DISEASE_DIAGNOSIS.slug, initiators[1], hospitals)
    # All are registered before any is waited for: where a worker runs, it inspects some while this process does others.
    digits = [_dataset(supplier, *_digits(place)) for place, supplier in enumerate(suppliers)]
    patients = [_dataset(hospital, *_patients(place)) for place, hospital in enumerate(hospitals)]
    for place, dataset in enumerate([*digits, *patients]):
        wait_until_ready(dataset)
        together = inspection if place < len(digits) else heart
        # Cleveland wants to be asked before each job of somebody else; its own, which the demo launches, needs nobody.
        asks = dataset == patients[0]
        grant_use(dataset, together, actor=_owner(dataset.organization), needs_approval=asks)
    wait_until_ready(_held_out(hospitals[1]))
    begin_negotiation(
        digits[0], inspection, initiators[0], asks=_owner(initiators[0]), answers=_owner(digits[0].organization)
    )


def launch_demo_jobs() -> list[TrainingJob]:
    """Both jobs: those that are there already, launched anew where the last one came to nothing."""
    meridian, cleveland = (_organization(house) for house in (cast.MERIDIAN, cast.HOSPITALS[0]))
    launched = [
        _job(INSPECTION, INSPECTION_JOB, by=meridian, **_inspection_settings()),
        _job(HEART, HEART_JOB, by=cleveland, **_heart_settings()),
    ]
    # After them: it is refused in a moment, and nobody waits for it.
    keeper = _organization(cast.HOSPITALS[1])
    heart = Collaboration.objects.get(name=HEART)
    people = {"actor": _owner(cleveland), "owner": _owner(keeper)}
    launch_against_terms(_held_out(keeper), heart, cleveland, **people, **_heart_settings())
    return launched


def demo_results() -> list[dict[str, Any]]:
    """For each published demo job: its address, its metric, and every organization alone and together."""
    titles = [INSPECTION_JOB, HEART_JOB]
    versions = ModelVersion.objects.filter(job__title__in=titles).select_related("model__organization", "job")
    return [
        {
            "job": version.job,
            "version": version,
            "address": version.get_absolute_url(),
            "metric": version.primary_metric,
            "organizations": scores.standings(version.evaluation),
            "weighted": scores.weighted(version.evaluation),
            "common": scores.common_mean(version.evaluation),
        }
        for version in versions.order_by("pk")
    ]


def _inspection_settings() -> dict[str, Any]:
    return VISUAL_INSPECTION.settings_of(VISUAL_INSPECTION.trials[0])


def _heart_settings() -> dict[str, Any]:
    return DISEASE_DIAGNOSIS.settings_of(DISEASE_DIAGNOSIS.trials[0])


def _house(house: House) -> Organization:
    """The organization and its people."""
    members = [(_person(f"{name}@{cast.DOMAIN}", shown), role) for name, shown, role in house.people]
    organization = Organization.objects.filter(name=house.name).first() or create_organization(
        actor=members[0][0],
        name=house.name,
        short_name=house.short_name,
        stage=house.stage,
        industry=house.industry,
        description=house.description,
        colour=house.colour,
    )
    for user, role in members[1:]:
        Membership.objects.get_or_create(organization=organization, user=user, defaults={"role": role})
    return organization


def _person(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, None, name=name)
        user.password = _hashed_password()
        user.save(update_fields=["password"])
    return user


@cache
def _hashed_password() -> str:
    """Hashed once for all of them: that takes half a second, on purpose."""
    return make_password(cast.PASSWORD)


def _organization(house: House) -> Organization:
    return Organization.objects.get(name=house.name)


def _owner(organization: Organization) -> User:
    return User.objects.filter(memberships__organization=organization).order_by("memberships__created_at")[0]


def _collaboration(
    name: str, goal: str, scenario: str, initiator: Organization, partners: Sequence[Organization]
) -> Collaboration:
    """Opened by the initiator, its agreement accepted by every partner."""
    together = Collaboration.objects.filter(name=name, initiator=initiator).first() or open_collaboration(
        actor=_owner(initiator),
        organization=initiator,
        name=name,
        goal=goal,
        scenario=scenario,
        agreement_text=f"{default_agreement('en')}\n\n{default_agreement('zh-hans')}",
        invited=partners,
    )
    agreement = together.current_agreement
    waiting = together.participants.filter(status=ParticipantStatus.INVITED, organization__in=partners)
    for participant in waiting.select_related("organization", "collaboration"):
        if agreement is not None:
            accept_agreement(participant, actor=_owner(participant.organization), agreement=agreement)
    return together


Content = Callable[[], tuple[bytes, cast.Card]]  # the file and its card, made only where they are needed


def _digits(place: int) -> tuple[str, str, samples.SampleSet, Content]:
    return (
        "Digits of its parts 零件数字",
        "digit",
        samples.SAMPLES["digits"],
        lambda: (samples.digits_csv(place), cast.digits_card(place)),
    )


def _patients(place: int) -> tuple[str, str, samples.SampleSet, Content]:
    def content() -> tuple[bytes, cast.Card]:
        file = samples.heart_csv(samples.HOSPITALS[place])
        return file, cast.heart_card(place, file.count(b"\n") - 1)

    return (
        "Heart patients 心脏病患者",
        samples.DIAGNOSIS,
        samples.SAMPLES["heart"],
        content,
    )


def _held_out(owner: Organization) -> Dataset:
    """A few of one hospital's patients, which it keeps for evaluating."""

    def content() -> tuple[bytes, cast.Card]:
        lines = samples.heart_csv(samples.HOSPITALS[1]).splitlines(keepends=True)[: HELD_OUT_ROWS + 1]
        return b"".join(lines), cast.heart_card(1, HELD_OUT_ROWS)

    return _dataset(owner, HELD_OUT, samples.DIAGNOSIS, samples.SAMPLES["heart"], content)


def _dataset(owner: Organization, name: str, target: str, example: samples.SampleSet, content: Content) -> Dataset:
    """Uploaded and registered; its inspection has been asked for."""
    dataset = owner.datasets.filter(name=name).first()
    if dataset is None:
        actor = _owner(owner)
        file, card = content()
        upload = receive_file(
            actor=actor, filename=f"{target}.csv", size=len(file), source=io.BytesIO(file), content_type="text/csv"
        )
        dataset = register_dataset(
            actor=actor,
            organization=owner,
            name=name,
            upload=upload,
            **asdict(card),
            visibility=Visibility.GRANTED,
            target=target,
            licence=example.licence,
            source=example.source,
            source_url=example.source_url,
        )
    return dataset


def _job(collaboration: str, title: str, *, by: Organization, **settings: Any) -> TrainingJob:
    together = Collaboration.objects.get(name=collaboration)
    last = together.jobs.filter(title=title).order_by("-pk").first()
    if last is not None and last.status not in {Status.FAILED, Status.CANCELED}:
        return last
    usable = Dataset.objects.usable_in(together).exclude(name=HELD_OUT).order_by("pk")
    versions = [dataset.latest_version for dataset in usable]
    return propose_job(
        actor=_owner(by),
        organization=by,
        collaboration=together,
        title=title,
        versions=[version for version in versions if version is not None],
        **settings,
    )
