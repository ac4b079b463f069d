"""Terms when a job starts: what has changed since the launch, and what ends while it runs."""

from typing import Any

import pytest

from chainhub.core.errors import DomainError
from chainhub.core.sentences import render
from chainhub.datasets.models import Grant
from chainhub.jobs import services
from chainhub.jobs.models import Status
from chainhub.policies.services.granting import conditions_of, grant_on_terms
from chainhub.policies.terms import Terms
from tests.hub.policies.test_jobs import TOMORROW, YESTERDAY, Launch, launch, ours, theirs, under

__all__ = ["launch", "ours", "theirs"]


class TestStart:
    """What has changed since the launch is noticed before a machine is used."""

    @pytest.mark.parametrize("terms", [{"until": YESTERDAY}, {"uses": ("evaluate",)}, {"max_jobs": 7}])
    def test_other_terms_fail_the_job(
        self, launch: Launch, theirs: Any, alliance: Any, dora: Any, terms: dict[str, Any]
    ) -> None:
        under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(dataset=theirs.dataset).update(terms=Terms(**terms).as_json())
        assert services.claim_job(job.pk, node=None) is None
        job.refresh_from_db()
        assert (job.status, job.failure["kind"]) == (Status.FAILED, "terms")
        assert "terms" in render(job.failure)

    def test_an_approval_lapses_with_the_terms(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        under(theirs, alliance, dora, ask_each_job=True)
        job = launch()
        assert job.status == Status.PENDING
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(ask_each_job=True, max_jobs=5))
        with pytest.raises(DomainError, match="terms of its data"):
            services.decide_approval(job.approvals.get(), actor=dora, approve=True)

    def test_whoever_begins_to_ask_is_asked(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        grant = under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(pk=grant.pk).update(needs_approval=True)
        assert services.claim_job(job.pk, node=None) is None
        job.refresh_from_db()
        assert (job.status, job.started_at) == (Status.PENDING, None)
        services.decide_approval(job.approvals.get(), actor=dora, approve=True)
        assert services.claim_job(job.pk, node=None) is not None

    def test_approved_jobs_start(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        under(theirs, alliance, dora, ask_each_job=True)
        job = launch()
        services.decide_approval(job.approvals.get(), actor=dora, approve=True)
        assert services.claim_job(job.pk, node=None) is not None

    def test_a_run_beyond_the_last_day_is_stopped(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        grant = under(theirs, alliance, dora, until=TOMORROW)
        job = launch()
        assert services.claim_job(job.pk, node=None) is not None
        services.reap_lost()
        job.refresh_from_db()
        assert job.cancel_requested_at is None
        over = conditions_of(Terms(until=YESTERDAY))
        Grant.objects.filter(pk=grant.pk).update(terms=over.terms, until=over.until)
        services.reap_lost()
        job.refresh_from_db()
        assert job.cancel_requested_at is not None
        assert "Its terms ended" in render(job.reason)
