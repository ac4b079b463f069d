"""Jobs that go on from a model made here: who reads of them in the audit log, and what is read to list them."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chainhub.activity.models import AuditEvent
from chainhub.jobs.ancestry import Going
from tests.hub.registry.test_going_on import go_on, made, written

__all__ = ["go_on", "written"]

RESULT = '"jobs_trainingjob"."result"'


def test_its_makers_are_asked_without_what_they_found(written: Any, go_on: Any) -> None:
    job = go_on(made(written()))
    with CaptureQueriesContext(connection) as asked:
        assert Going.of(job).why_not() is None
    assert not [one["sql"] for one in asked if RESULT in one["sql"]]


def test_its_heirs_are_listed_without_what_they_found(
    written: Any, go_on: Any, browse: Callable[..., Any], alice: Any
) -> None:
    version = written()
    address, pages = f"{version.get_absolute_url()}&tab=lineage", browse(alice)
    heir = go_on(made(version))
    with CaptureQueriesContext(connection) as asked:
        assert heir.get_absolute_url() in pages.get(address).content.decode()
    assert len([one["sql"] for one in asked if RESULT in one["sql"]]) == 1, "that of the version's own job"


def test_the_owners_of_what_it_learnt_from_read_of_the_job_in_their_audit_log(
    written: Any, go_on: Any, borealis: Any
) -> None:
    version = written()
    letters = version.job.inputs.get().version.dataset
    job = go_on(made(version))
    event = AuditEvent.objects.filter(verb="job.proposed").latest("pk")
    assert {job.topic, borealis.topic} <= set(event.topics)
    assert letters.topic not in event.topics
