"""A person who waits for the demo hears why it did not go well."""

from typing import Any

import pytest

from chainhub.jobs.models import Status, TrainingJob
from chainhub.quickstart import demo
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]


@pytest.mark.django_db
def test_a_model_that_is_not_published_is_said_and_is_no_success(
    job: TrainingJob, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.SUCCEEDED)
    monkeypatch.setattr(demo, "PUBLISHED_WITHIN", 0.0)
    followed = demo.Demo("http://127.0.0.1:8000/")
    followed._numbers = [job.pk]
    assert followed.follow(lambda: None, every=0) is False
    said = capsys.readouterr().out
    assert "its model was not published" in said
    assert "worker.log" in said
