"""Publishing after a renewal: what held at the end of the training decides, and where that forbids, what holds now."""

from typing import Any

import pytest

from chainhub.core.sentences import render
from chainhub.datasets.models import Grant
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.terms import why_unpublishable
from chainhub.policies.services.granting import grant_on_terms
from chainhub.policies.terms import Terms
from chainhub.registry.services import publish_job
from tests.factories.models import succeed
from tests.hub.policies.test_jobs import TOMORROW, YESTERDAY, Launch, launch, ours, theirs, under

__all__ = ["launch", "ours", "theirs"]


class TestRenewed:
    """What bound when the training ended decides, and where that forbids, what binds now."""

    @pytest.fixture
    def late(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> TrainingJob:
        """A job that ran beyond the last day of the grant of its launch."""
        grant = under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(pk=grant.pk).update(terms=Terms(until=YESTERDAY).as_json())
        succeed(job)
        return job

    def test_renewing_lets_a_withheld_model_out(self, late: TrainingJob, theirs: Any, alliance: Any, dora: Any) -> None:
        assert publish_job(late) is None
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(until=TOMORROW))
        assert publish_job(late) is not None

    def test_but_not_on_terms_that_forbid_it_as_well(
        self, late: TrainingJob, theirs: Any, alliance: Any, dora: Any
    ) -> None:
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(uses=("evaluate",)))
        assert "evaluating models" in render(why_unpublishable(late))

    def test_narrower_terms_afterwards_take_no_model(
        self, launch: Launch, theirs: Any, alliance: Any, dora: Any
    ) -> None:
        under(theirs, alliance, dora)
        job = launch()
        succeed(job)
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(uses=("evaluate",)))
        assert why_unpublishable(job) is None

    def test_narrower_terms_while_it_ran_bind_it(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        under(theirs, alliance, dora)
        job = launch()
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(recipes=("image-classification",)))
        succeed(job)
        assert "do not permit this training recipe" in render(why_unpublishable(job))

    def test_what_held_at_the_end_is_found_behind_a_later_renewal(
        self, launch: Launch, theirs: Any, alliance: Any, dora: Any
    ) -> None:
        under(theirs, alliance, dora)
        job = launch()
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(name_source=True))
        succeed(job)
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(uses=("evaluate",)))
        assert why_unpublishable(job) is None

    def test_whoever_begins_to_ask_while_it_runs_does_not_take_its_model(
        self, launch: Launch, theirs: Any, alliance: Any, dora: Any
    ) -> None:
        grant = under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(pk=grant.pk).update(needs_approval=True)
        succeed(job)
        assert why_unpublishable(job) is None
