"""An owner takes everything back while workers claim and end jobs on it: nobody waits for ever, and nothing runs on.

On PostgreSQL rows are locked one by one, and two that lock them in another order would end each other.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from chainhub.collaborations.models import Participant
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.services import restore_dataset, revoke_grants_in, withdraw_lost_datasets
from chainhub.jobs import services
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.services import running
from tests.factories import jobs as make

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
ROUNDS, DATASETS = 5, 3


@pytest.fixture
def theirs(borealis: Any, dora: Any) -> list[DatasetVersion]:
    return [make.make_version(borealis, dora, name=f"Theirs {number}") for number in range(DATASETS)]


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """All of them in threads of their own; what any of them raised."""
    raised: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return raised


def claimed_and_ended(jobs: list[TrainingJob]) -> None:
    """The last first, so that rows are asked for in the other order than the owner asks for them."""
    for job in reversed(jobs):
        if (run := services.claim_job(job.pk, node=None)) is not None:
            running.give_back(run)


@pytest.mark.parametrize("how", ["leaving", "losing"])
def test_jobs_are_claimed_while_their_data_is_taken_back(
    how: str, theirs: list[DatasetVersion], alice: Any, anvil: Any, borealis: Any, alliance: Any, dora: Any
) -> None:
    seat = Participant.objects.get(organization=borealis)
    for _round in range(ROUNDS):
        for version in theirs:
            make.grant(version, alliance, dora)
        jobs = [make.make_job(alice, anvil, alliance, [version]) for version in theirs for _number in range(2)]

        def take_back() -> None:
            if how == "leaving":
                revoke_grants_in(seat, actor=dora)
            else:
                withdraw_lost_datasets(borealis, actor=dora)

        assert at_once(take_back, lambda jobs=jobs: claimed_and_ended(jobs)) == []  # type: ignore[misc]
        left = TrainingJob.objects.filter(pk__in=[job.pk for job in jobs]).exclude(status=Status.CANCELED)
        assert set(left.values_list("status", flat=True)) <= {Status.FAILED}, "refused at its start, or stopped"
        if how == "losing":
            for version in theirs:
                restore_dataset(version.dataset, actor=dora)
        revoke_grants_in(seat, actor=dora)
