"""More of everything in the world, to see whether pages ask more questions of the database."""

from datetime import timedelta

from django.utils import timezone

from chainhub.accounts.models import ApiToken
from chainhub.activity.services import notify, record
from chainhub.collaborations import services as collaborations
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Visibility
from chainhub.jobs.models import Status, TrainingJob
from chainhub.organizations import invitations
from chainhub.organizations.models import Organization, Role
from chainhub.registry.services import publish_job
from tests import conftest as cast
from tests.factories import datasets, jobs
from tests.factories.bases import make_base
from tests.factories.nodes import make_node
from tests.rules.world import World, succeeded


def grow(world: World, first: int, last: int) -> None:
    """The things numbered from `first` up to, not including, `last`."""
    for number in range(first, last):
        _people(world, number)
        _work(world, number)


def _people(world: World, number: int) -> None:
    """Organizations, members, tokens, invitations, notices, audit events, collaborations."""
    other = cast.organization(f"Org{number} Works", "downstream", number % 8)
    cast.seat(cast.person(f"Person{number}"), world.anvil, Role.VIEWER)
    cast.seat(world.alice, other, Role.OWNER)
    collaborations.invite_organization(world.alliance, other, actor=world.alice)
    collaborations.open_collaboration(
        actor=world.dora, organization=Organization.objects.get(slug="borealis"), name=f"Together {number}", goal="G",
        agreement_text="Words.", invited=[world.anvil],
    )  # fmt: skip
    invitations.invite_person(world.anvil, actor=world.alice, role=Role.VIEWER)
    notify([world.alice], "test.news", sentence("News."), url="/me/")
    record("test.done", sentence("Done."), actor=world.alice, topics=[world.anvil.topic])
    ApiToken.objects.create(
        user=world.alice, name=f"t{number}", digest=f"{number + 1:064}", hint="chh_", scopes=["read"],
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    make_node(f"node-{number + 100}")
    make_base(world.anvil, world.alice, slug=f"base-{number}")


def _work(world: World, number: int) -> None:
    """Datasets, their versions and grants, jobs in every state, published models."""
    borealis = Organization.objects.get(slug="borealis")
    dataset = datasets.registered_csv(world.alice, world.anvil, name=f"Data {number}", visibility=Visibility.GRANTED)
    datasets.granted(dataset, world.alliance, world.alice, needs_approval=True)
    datasets.next_version(world.dataset, world.alice, datasets.as_csv(datasets.ROWS[: 20 + number]))
    versions = [dataset.versions.get(), world.dataset.versions.get(number=1)]
    asked = {"target": "sick", "title": f"Job {number}"}
    for status in (Status.PENDING, Status.QUEUED, Status.RUNNING, Status.FAILED):
        job = jobs.make_job(world.dora, borealis, world.alliance, versions, **asked)
        if status != Status.PENDING:
            TrainingJob.objects.filter(pk=job.pk).update(status=status, queued_at=timezone.now())
    done = jobs.make_job(world.dora, borealis, world.alliance, versions, **{**asked, "title": f"Model {number}"})
    publish_job(succeeded(done))
    clone = jobs.make_job(world.dora, borealis, world.alliance, versions, cloned_from=world.done, **asked)
    publish_job(succeeded(clone))
