"""The log's head is locked last: whoever takes data back changes every row before the first word is recorded.

Who holds a job may wait for the head: who holds the head must not come to need another row. SQLite locks no rows, so
the order of the statements is looked at; tests/process/test_taking_back_at_once.py looks at PostgreSQL.
"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chainhub.collaborations.agreements import leave_collaboration
from chainhub.collaborations.models import Participant
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.services import withdraw_dataset, withdraw_lost_datasets
from chainhub.jobs.models import TrainingJob
from tests.factories import jobs as make
from tests.hub.policies.test_stopping import Sides, second, sides, state, theirs

__all__ = ["second", "sides", "theirs"]


class TestOrder:
    """Borealis gave two datasets; Dora takes them back in every way there is."""

    @pytest.fixture(autouse=True)
    def busy(self, sides: Sides, second: DatasetVersion) -> list[TrainingJob]:
        """Each of two datasets has a job that waits and one that runs."""
        sides.give()
        make.grant(second, sides.alliance, sides.dora)
        return [sides.running(), sides.launch(), sides.running(second), sides.launch(second)]

    def after_the_head(self, act: Any) -> list[str]:
        """Tables of which rows are changed, or asked for again, once the log's head was locked."""
        with CaptureQueriesContext(connection) as captured:
            act()
        said = [one["sql"] for one in captured.captured_queries]
        first = next(place for place, sql in enumerate(said) if "activity_audithead" in sql)
        changed = ("jobs_trainingjob", "datasets_grant", "datasets_dataset", "jobs_approval")
        return [sql[:60] for sql in said[first:] for table in changed if sql.startswith(f'UPDATE "{table}"')]

    def test_withdrawing_and_losing_several(self, sides: Sides, borealis: Any, busy: list[TrainingJob]) -> None:
        assert self.after_the_head(lambda: withdraw_lost_datasets(borealis, actor=sides.dora)) == []
        assert [state(job) for job in busy] == ["stopping", "canceled"] * 2

    def test_withdrawing_one(self, sides: Sides, busy: list[TrainingJob]) -> None:
        assert self.after_the_head(lambda: withdraw_dataset(sides.dataset, actor=sides.dora)) == []
        assert [state(job) for job in busy] == ["stopping", "canceled", "running", "queued"]

    def test_leaving_a_collaboration(self, sides: Sides, borealis: Any, busy: list[TrainingJob]) -> None:
        seat = Participant.objects.get(organization=borealis)
        assert self.after_the_head(lambda: leave_collaboration(seat, actor=sides.dora)) == []
        assert [state(job) for job in busy] == ["stopping", "canceled"] * 2

    def test_renewing(self, sides: Sides, busy: list[TrainingJob]) -> None:
        narrower = {"recipes": ("image-classification",), "ask_each_job": True}
        assert self.after_the_head(lambda: sides.give(**narrower)) == []
        assert [state(job) for job in busy] == ["stopping", "queued", "running", "queued"]
        assert self.after_the_head(lambda: sides.give(ask_each_job=True)) == []
        assert state(busy[1]) == "pending"
