"""A job that terms stopped: its page says which term of which data, what holds now, and the ways out."""

from typing import Any

import pytest

from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.jobs import services
from chainhub.jobs.models import TrainingJob
from chainhub.policies.services import grant_on_terms
from chainhub.policies.terms import Terms
from tests.factories import jobs as make

ONLY = Terms(uses=("evaluate",))


@pytest.fixture
def theirs(borealis: Any, dora: Any) -> DatasetVersion:
    return make.make_version(borealis, dora, name="Theirs")


@pytest.fixture
def refused(theirs: Any, alice: Any, anvil: Any, alliance: Any, dora: Any) -> TrainingJob:
    """Alice launched it; Dora, who keeps the data, then permitted evaluation only."""
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms())
    job = make.make_job(alice, anvil, alliance, [theirs])
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=ONLY)
    assert services.claim_job(job.pk, node=None) is None
    return job


def test_the_overview_tells_the_term_and_the_way_out(
    refused: TrainingJob, theirs: Any, alice: Any, browse: Any
) -> None:
    for path in ("", "_overview/"):
        seen = browse(alice).get(f"/jobs/{refused.pk}/{path}").content.decode()
        assert '<span class="badge is-bad">Permitted uses</span>' in seen
        assert "Its terms permit evaluating models with it, not training." in seen
        assert "<mark>It may only serve to evaluate models; none may be trained on it." in seen
        assert "It was stopped before any row was read" in seen
        assert f'href="/jobs/new/?clone={refused.pk}"' in seen
        assert f'href="{theirs.dataset.get_absolute_url()}request/"' in seen
        assert 'id="curves"' not in seen, "no empty column for curves that never will be"


def test_its_owner_is_not_sent_to_ask_itself(refused: TrainingJob, theirs: Any, dora: Any, browse: Any) -> None:
    seen = browse(dora).get(f"/jobs/{refused.pk}/").content.decode()
    assert "The terms that hold now" in seen
    assert f"{theirs.dataset.get_absolute_url()}request/" not in seen


def test_a_job_from_before_terms_were_named_is_shown_too(refused: TrainingJob, alice: Any, browse: Any) -> None:
    params = {key: value for key, value in refused_params(refused).items() if key not in {"term", "version"}}
    TrainingJob.objects.filter(pk=refused.pk).update(failure={**failure_of(refused), "params": params})
    seen = browse(alice).get(f"/jobs/{refused.pk}/").content.decode()
    assert "Its terms permit evaluating models with it, not training." in seen
    assert "Term that forbids it" not in seen


def test_data_that_was_taken_back_says_that_nothing_is_granted(
    refused: TrainingJob, theirs: Any, dora: Any, alice: Any, browse: Any
) -> None:
    Dataset.objects.get(pk=theirs.dataset_id).grants.update(revoked_at=refused.created_at)
    seen = browse(alice).get(f"/jobs/{refused.pk}/").content.decode()
    assert "Nothing is granted now" in seen
    assert "The terms that hold now" not in seen


def test_a_job_that_ended_before_it_began_has_no_empty_column(
    theirs: Any, alice: Any, anvil: Any, alliance: Any, dora: Any, browse: Any
) -> None:
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms())
    job = make.make_job(alice, anvil, alliance, [theirs])
    services.cancel_job(job, actor=alice)
    seen = browse(alice).get(f"/jobs/{job.pk}/").content.decode()
    assert 'class="split"' not in seen
    assert "Learns from" in seen


def failure_of(job: TrainingJob) -> dict[str, Any]:
    job.refresh_from_db()
    assert job.failure is not None
    return dict(job.failure)


def refused_params(job: TrainingJob) -> dict[str, Any]:
    return dict(failure_of(job)["params"])
