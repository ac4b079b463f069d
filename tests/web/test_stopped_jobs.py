"""Jobs that terms stopped, taking data back before it is done, and files before publication, as people see them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainhub.activity.models import AuditEvent
from chainhub.datasets.models import DatasetVersion, Grant
from chainhub.jobs import services
from chainhub.jobs.models import Artifact, TrainingJob
from chainhub.jobs.services import recording, running
from chainhub.policies.services import grant_on_terms
from chainhub.policies.terms import Terms
from chainhub.registry.models import Download
from chainhub.registry.services import publish_job
from chainhub.repositories.storage import store_bytes
from tests.factories import jobs as make
from tests.factories.models import evaluation, files, succeed
from tests.hub.jobs.conftest import ours, theirs

__all__ = ["ours", "theirs"]

Browse = Callable[[Any], Client]


@pytest.fixture
def approved(alice: Any, anvil: Any, dora: Any, alliance: Any, theirs: DatasetVersion) -> TrainingJob:
    """A job that Dora has approved for Borealis."""
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(ask_each_job=True))
    job = make.make_job(alice, anvil, alliance, [theirs])
    services.decide_approval(job.approvals.get(), actor=dora, approve=True)
    return job


def text(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_an_approved_job_that_was_stopped_says_why(
    browse: Browse, alice: Any, dora: Any, approved: TrainingJob, theirs: DatasetVersion
) -> None:
    """Alice reads on the job's page that Dora took the data back, while it runs and once it has stopped."""
    run = services.claim_job(approved.pk, node=None)
    assert run is not None
    browse(dora).post(f"{theirs.dataset.get_absolute_url()}grants/{Grant.objects.active().get().pk}/revoke/")
    why = f"The data of “{theirs.dataset.name}” may no longer be used for it."
    assert why in text(browse(alice), approved.get_absolute_url())
    running.cancel_run(run)
    assert why in text(browse(alice), approved.get_absolute_url())


def test_a_stopped_job_offers_to_resume_only_while_its_data_may_be_used(
    browse: Browse, alice: Any, approved: TrainingJob, theirs: DatasetVersion
) -> None:
    run = services.claim_job(approved.pk, node=None)
    assert run is not None
    recording.record_checkpoint(run, store_bytes(b"weights"), step=5)
    running.cancel_run(run)
    resume = f"{approved.get_absolute_url()}resume/"
    assert resume in text(browse(alice), approved.get_absolute_url())
    Grant.objects.filter(dataset=theirs.dataset).update(revoked_at=timezone.now())
    assert resume not in text(browse(alice), approved.get_absolute_url())


def test_an_approved_job_whose_model_is_withheld_says_why(
    browse: Browse, alice: Any, approved: TrainingJob, theirs: DatasetVersion
) -> None:
    Grant.objects.filter(dataset=theirs.dataset).update(revoked_at=timezone.now())
    succeed(approved)
    assert publish_job(approved) is None
    seen = text(browse(alice), approved.get_absolute_url())
    assert "was taken back before the training had ended" in seen
    assert "its model is not published" in seen
    assert "Ask its owner to permit it again" in seen


def test_a_refusal_names_its_term_in_the_reader_s_language(
    browse: Browse, alice: Any, anvil: Any, dora: Any, alliance: Any, theirs: DatasetVersion
) -> None:
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms())
    job = make.make_job(alice, anvil, alliance, [theirs])
    Grant.objects.filter(dataset=theirs.dataset).update(terms=Terms(min_organizations=3).as_json())
    assert services.claim_job(job.pk, node=None) is None
    chinese = text(browse(alice), job.get_absolute_url(), **{"accept-language": "zh-hans"})
    assert "汇集数据的机构数下限" in chinese
    assert "Organizations in the pool" not in chinese


def test_whoever_launched_a_job_that_waits_reads_for_whom_and_how_to_go_on_without(
    browse: Browse, alice: Any, anvil: Any, dora: Any, alliance: Any, ours: DatasetVersion, theirs: DatasetVersion
) -> None:
    """Dora is asked; she takes the data back instead, and Alice is led to a launch without it."""
    grant = grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(ask_each_job=True))
    job = make.make_job(alice, anvil, alliance, [ours, theirs])
    assert "Waits for the approval of Borealis." in text(browse(alice), job.get_absolute_url())
    assert "Waits for the approval of" not in text(browse(dora), job.get_absolute_url()), "she decides there"
    browse(dora).post(f"{theirs.dataset.get_absolute_url()}grants/{grant.pk}/revoke/")
    seen = text(browse(alice), job.get_absolute_url())
    assert f"?clone={job.pk}&amp;without={theirs.dataset_id}" in seen
    assert "Not answered" in seen


def test_of_two_datasets_of_one_name_the_one_at_fault_is_shown(
    browse: Browse, alice: Any, anvil: Any, dora: Any, alliance: Any, ours: DatasetVersion, theirs: DatasetVersion
) -> None:
    grant = grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms())
    type(ours.dataset).objects.update(name="Patients")
    job = make.make_job(alice, anvil, alliance, [ours, theirs])
    browse(dora).post(f"{theirs.dataset.get_absolute_url()}grants/{grant.pk}/revoke/")
    assert f"?clone={job.pk}&amp;without={theirs.dataset_id}" in text(browse(alice), job.get_absolute_url())


def test_the_preview_speaks_of_the_future_and_the_report_of_the_past(
    browse: Browse, alice: Any, anvil: Any, alliance: Any, ours: DatasetVersion
) -> None:
    runs, waits = (make.make_job(alice, anvil, alliance, [ours]) for _number in range(2))
    assert services.claim_job(runs.pk, node=None) is not None
    page, grant = ours.dataset.get_absolute_url(), Grant.objects.active().get(dataset=ours.dataset)
    before = text(browse(alice), f"{page}take-back/?grant={grant.pk}")
    for part in ("Jobs that this stops", "running: will be stopped within seconds", "waiting: will be canceled"):
        assert part in before
    chinese = text(browse(alice), f"{page}take-back/", **{"accept-language": "zh-hans"})
    assert "等待中：将被取消" in chinese
    assert "已取消" not in chinese
    answer = browse(alice).post(f"{page}grants/{grant.pk}/revoke/")
    after = text(browse(alice), answer["Location"])
    for part in ("Jobs that were stopped", "running: stopped within seconds", "waiting: canceled"):
        assert part in after
    waits.refresh_from_db()
    assert waits.status == "canceled"


def test_a_running_job_is_not_listed_where_another_grant_lets_it_go_on(
    browse: Browse, alice: Any, dora: Any, borealis: Any, anvil: Any, alliance: Any, ours: DatasetVersion
) -> None:
    """Borealis runs under its own agreement; taking the general grant back does nothing to it."""
    grant_on_terms(ours.dataset, alliance, actor=alice, terms=Terms(), organization=borealis)
    job = make.make_job(dora, borealis, alliance, [ours], title="Under an agreement")
    general = Grant.objects.active().get(dataset=ours.dataset, organization=None)
    page = text(browse(alice), f"{ours.dataset.get_absolute_url()}take-back/?grant={general.pk}")
    assert job.title not in page
    assert "None hangs on it." in page


class TestFilesBeforePublication:
    """Bob takes files of a job through the API."""

    @pytest.fixture
    def take(self, token_for: Callable[..., str], bob: Any) -> Callable[[TrainingJob, str], Any]:
        key = token_for(bob)

        def taken(job: TrainingJob, path: str) -> Any:
            address = f"/api/v1/jobs/{job.pk}/artifacts/download/{path}"
            return Client().get(address, headers={"Authorization": f"Bearer {key}"})

        return taken

    @pytest.fixture
    def made(self, alice: Any, anvil: Any, alliance: Any, ours: DatasetVersion) -> TrainingJob:
        return make.make_job(alice, anvil, alliance, [ours])

    def test_weights_come_from_the_published_version_alone(self, take: Any, made: TrainingJob, bob: Any) -> None:
        """Before, they are refused; after, the download is noted where the withdrawal report counts it."""
        succeed(made, leave=files(evaluation({"anvil": (0.7, 0.9)})) | {"tokenizer.json": b"{}", "vocab.txt": b"kuru"})
        for path in ("model.safetensors", "preprocessing.json", "tokenizer.json", "vocab.txt"):
            refused = take(made, path)
            assert refused.status_code == 409
            assert "not published yet" in refused.json()["detail"]
        assert publish_job(made) is not None
        assert take(made, "model.safetensors").status_code == 200
        assert [(one.user, one.path) for one in Download.objects.all()] == [(bob, "model.safetensors")]

    def test_what_tells_of_the_run_is_had_and_written_down(self, take: Any, made: TrainingJob, bob: Any) -> None:
        succeed(made)
        assert take(made, "evaluation.json").status_code == 200
        event = AuditEvent.objects.get(verb="job.file-taken")
        assert event.actor == bob
        assert f"Took evaluation.json of training job #{made.pk}" in event.text

    def test_data_taken_back_this_minute_counts_for_a_run_that_goes_on(
        self, take: Any, made: TrainingJob, ours: DatasetVersion
    ) -> None:
        run = services.claim_job(made.pk, node=None)
        Artifact.objects.create(run=run, path="config.json", blob=store_bytes(b"{}"))
        assert take(made, "config.json").status_code == 200
        Grant.objects.filter(dataset=ours.dataset).update(revoked_at=timezone.now())
        refused = take(made, "config.json")
        assert refused.status_code == 409
        assert "taken back" in refused.json()["detail"]


def test_a_second_withdrawal_shows_no_report_of_the_first(
    browse: Browse, dora: Any, approved: TrainingJob, theirs: DatasetVersion
) -> None:
    """Dora withdraws, which stops a job, restores and withdraws again, which stops none: each time she sees which."""
    address, client = theirs.dataset.get_absolute_url(), browse(dora)
    first = client.post(f"{address}withdraw/", {"reason": ""})
    assert "withdrawal-reports" in first["Location"]
    client.post(f"{address}restore/")
    again = client.post(f"{address}withdraw/", {"reason": ""})
    assert again["Location"] == address
