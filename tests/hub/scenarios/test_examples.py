"""A scenario's example: two clicks make organizations, data and a job; begun again it completes what is missing."""

from dataclasses import replace
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.activity.services import notify
from chainhub.collaborations.agreements import accept_agreement
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.services import invite_organization
from chainhub.core.errors import DomainError
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.permissions import everyone_may_see_rows
from chainhub.jobs.models import Status, TrainingJob
from chainhub.organizations.models import Membership, Organization, Role, Stage
from chainhub.organizations.services import create_organization
from chainhub.scenarios import examples, samples
from chainhub.scenarios.catalogue import Scenario, scenario, scenarios
from chainhub.scenarios.examples import Example
from chainhub.scenarios.keeper import KEEPER
from chainhub.scenarios.making import fill_example, launch_example, open_example
from chainhub.scenarios.partners import partner_name

pytestmark = pytest.mark.django_db


@pytest.fixture
def heart(monkeypatch: pytest.MonkeyPatch, anvil: Organization) -> Example:
    """Two hospitals with a few patients each, in the form of the real files."""
    whole = samples.SAMPLES["heart"]
    head = b"age,sex,chol,heart_disease\n"

    def few(place: int) -> Any:
        rows = b"".join(
            b"%d,%s,%d,%s\n" % (40 + n, b"MF"[n % 2 : n % 2 + 1], 200 + n * place, b"present" if n % 3 else b"absent")
            for n in range(40)
        )
        return lambda: head + rows

    parts = tuple(replace(part, content=few(place + 1), rows=40) for place, part in enumerate(whole.parts[:2]))
    monkeypatch.setitem(samples.SAMPLES, "heart", replace(whole, parts=parts, fields={}, identifiers=()))
    found = scenario("disease-diagnosis")
    assert found
    return Example(found, found.trials[0], anvil)


def test_two_clicks_make_partners_data_and_a_job(heart: Example, alice: User, anvil: Organization) -> None:
    job = launch_example(heart, actor=alice)
    assert job.status == Status.QUEUED
    assert job.organization == anvil
    assert job.split["kind"] == "k-fold"
    assert {version.dataset.organization.name for version in (one.version for one in job.inputs.all())} == {
        "Cleveland 克利夫兰 (example 示例)",
        "Hungary 匈牙利 (example 示例)",
    }
    for dataset in Dataset.objects.usable_in(job.collaboration):
        assert dataset.licence == heart.trial.data.licence
        assert dataset.card
        assert dataset.card_zh
    assert heart.ready() == 2
    assert all(everyone_may_see_rows(dataset, job.collaboration) for dataset in Dataset.objects.all())


def test_begun_again_it_is_the_same(heart: Example, alice: User) -> None:
    assert launch_example(heart, actor=alice) == launch_example(heart, actor=alice)
    assert TrainingJob.objects.count() == 1
    assert Dataset.objects.count() == 2


def test_what_a_crash_left_is_completed(heart: Example, alice: User) -> None:
    open_example(heart, actor=alice)
    assert heart.ready() == 0
    fill_example(heart, actor=alice)
    assert heart.ready() == 2
    assert launch_example(heart, actor=alice).inputs.count() == 2


def test_a_failed_job_is_launched_anew(heart: Example, alice: User) -> None:
    first = launch_example(heart, actor=alice)
    TrainingJob.objects.filter(pk=first.pk).update(status=Status.FAILED)
    assert launch_example(heart, actor=alice) != first


def test_a_trial_on_fewer_partners_may_come_first(heart: Example, alice: User) -> None:
    """They share a collaboration; who is missing in it is invited, whichever is launched first."""
    fewer = replace(heart, trial=replace(heart.trial, parts=("cleveland",), title="Cleveland alone"))
    assert launch_example(fewer, actor=alice).inputs.count() == 1
    assert heart.ready() == 1
    job = launch_example(heart, actor=alice)
    assert job.inputs.count() == 2
    assert job.collaboration == fewer.collaboration()


def test_data_whose_inspection_came_to_nothing_is_brought_again(heart: Example, alice: User) -> None:
    fill_example(heart, actor=alice)
    DatasetVersion.objects.update(status=VersionStatus.REFUSED)
    job = launch_example(heart, actor=alice)
    assert {one.version.number for one in job.inputs.select_related("version")} == {2}
    assert Dataset.objects.count() == 2


def test_nobody_logs_in_as_the_examples_owner(heart: Example, alice: User) -> None:
    open_example(heart, actor=alice)
    owner = User.objects.get(email=KEEPER)
    assert not owner.has_usable_password()
    assert not owner.is_active


def test_what_was_said_before_the_launch_is_no_news(
    heart: Example, alice: User, bob: User, borealis: Organization
) -> None:
    """Of partners in which nobody sits; what others do in the same collaboration still is."""
    job = launch_example(heart, actor=alice)
    assert Notice.objects.filter(user=alice, kind="dataset.granted").count() == 2
    assert not Notice.objects.filter(user=alice).unread().exists()
    assert not Notice.objects.filter(user__email=KEEPER).exists(), "nobody would ever read it"
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    seat = invite_organization(job.collaboration, borealis, actor=alice)
    agreement = job.collaboration.current_agreement
    assert agreement
    accept_agreement(seat, actor=bob, agreement=agreement)
    open_example(heart, actor=alice)
    assert [one.kind for one in Notice.objects.filter(user=alice).unread()] == ["agreement.accepted"]


def test_the_keeper_of_an_older_hub_is_closed(heart: Example, alice: User) -> None:
    older = User.objects.create(email=KEEPER, name="Examples", password="!")
    notify([older], "model.published", sentence("News."))
    open_example(heart, actor=alice)
    older.refresh_from_db()
    assert not older.is_active
    assert not older.notices.exists()


def test_whoever_signed_up_as_the_examples_owner_gets_nothing_of_it(heart: Example, alice: User) -> None:
    User.objects.create_user(KEEPER, "a long secret", name="Mallory")
    with pytest.raises(DomainError, match="Somebody signed up as"):
        open_example(heart, actor=alice)
    assert not Collaboration.objects.exists()


@pytest.mark.parametrize("name", ["Cleveland 克利夫兰 (example 示例)", "CLEVELAND 克利夫兰 (EXAMPLE 示例)"])
def test_whoever_took_a_partners_name_is_not_invited(heart: Example, alice: User, carol: User, name: str) -> None:
    """Carol would see the collaboration, and receive the model."""
    create_organization(actor=carol, name=name, short_name="Mine", stage=Stage.SERVICE)
    with pytest.raises(DomainError, match="Somebody else's organization is called “Cleveland"):
        open_example(heart, actor=alice)
    assert not Collaboration.objects.exists()
    assert not Collaboration.objects.visible_to(carol).exists()


def test_every_trial_names_parts_that_its_data_has(every: Scenario) -> None:
    for trial in every.trials:
        assert {*trial.parts} <= {part.slug for part in trial.data.parts}


@pytest.fixture(params=["disease-diagnosis", "visual-inspection", "sentiment-analysis"])
def every(request: pytest.FixtureRequest) -> Scenario:
    found = scenario(request.param)
    assert found
    return found


def test_names_fit_where_they_are_kept(anvil: Organization) -> None:
    for one in scenarios():
        for trial in one.trials:
            example = Example(one, trial, anvil)
            assert len(example.name) <= Collaboration._meta.get_field("name").max_length, example.name
            assert len(example.title) <= TrainingJob._meta.get_field("title").max_length, example.title
            for name in ("licence", "source", "summary", "summary_zh"):
                said = getattr(trial.data, name)
                assert len(said) <= Dataset._meta.get_field(name).max_length, said
            assert len(examples.named(trial.data)) <= Dataset._meta.get_field("name").max_length
            for part in trial.data.parts:
                assert len(partner_name(part)) <= Organization._meta.get_field("name").max_length
