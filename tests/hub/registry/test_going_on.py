"""Alice fine-tunes a model that the alliance made: who may, on whose terms, and what its makers' owners are told."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from chainhub.activity.models import Notice
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Participant, ParticipantStatus
from chainhub.collaborations.services import open_collaboration
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.sentences import render
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.datasets.services import withdraw_dataset
from chainhub.jobs import runner, services
from chainhub.jobs.ancestry import makers_of
from chainhub.jobs.catalogue import find_recipe
from chainhub.jobs.models import Run, Status, TrainingJob
from chainhub.jobs.services.running import cancel_run
from chainhub.jobs.services.stopping import stop_expired
from chainhub.jobs.terms import RefusedError, check_may_leave
from chainhub.jobs.texts import check_base
from chainhub.policies.services.granting import grant_on_terms
from chainhub.policies.terms import Terms
from chainhub.registry.consequences import consequences_of
from chainhub.registry.losing import tell_who_received
from chainhub.registry.models import ModelVersion
from chainhub.registry.services import publish_job
from chainhub.repositories.storage import open_blob, store_bytes
from tests.factories import jobs as make
from tests.factories.bases import make_base
from tests.factories.models import evaluation, files, publish, succeed
from tests.hub.policies.test_jobs import TOMORROW, YESTERDAY

TEXTS = {"text": [f"a text {number}" for number in range(20)], "label": ["yes", "no"] * 10}


def texts(owner: Any, by: Any, alliance: Any, name: str, **terms: Any) -> DatasetVersion:
    version = make.make_version(owner, by, name=name, columns=TEXTS)
    version.dataset.kind = Kind.TEXT
    version.dataset.save(update_fields=["kind"])
    given = make.grant(version, alliance, by, needs_approval=terms.pop("ask", False))
    if terms:
        given.terms = {"uses": ["train-pooled"], **terms}
        given.save(update_fields=["terms"])
    return version


def left(found: dict[str, Any], **config: Any) -> dict[str, bytes]:
    """What a run of a language model leaves, as far as publishing looks at it."""
    told = {"architectures": ["LlamaForCausalLM"], "task": "language", **config}
    prompt = json.dumps({"kind": "prompt", "fields": []}).encode()
    more = {"config.json": json.dumps(told).encode(), "preprocessing.json": prompt, "tokenizer.json": b"{}"}
    return {**files(found), **more, "reproduce/run.py": b"pass\n"}


@pytest.fixture
def written(alice: Any, dora: Any, anvil: Any, borealis: Any, alliance: Any) -> Callable[..., ModelVersion]:
    """A language model of Borealis' texts, on these terms."""

    def written(**terms: Any) -> ModelVersion:
        version = texts(borealis, dora, alliance, "Letters", **terms)
        job = make.services.propose_job(
            actor=dora, organization=borealis, collaboration=alliance, versions=[version], title="Writer",
            recipe="language-model", parameters={}, target="text",
        )  # fmt: skip
        found = {**evaluation({"borealis": (0.7, 0.9)}), "task": "language"}
        return publish(job, leave=left(found), found=found)

    return written


@pytest.fixture
def go_on(alice: Any, anvil: Any, alliance: Any) -> Callable[..., TrainingJob]:
    """Alice's job on Anvil's texts that goes on from the model."""
    own = texts(anvil, alice, alliance, "Notes")

    def go_on(base: BaseModel, **asked: Any) -> TrainingJob:
        said = {"collaboration": alliance, "actor": alice, "organization": anvil, **asked}
        return services.propose_job(
            versions=[own], title="Going on", recipe="fine-tune", parameters={}, target="text", base=base, **said
        )

    return go_on


def made(version: ModelVersion) -> BaseModel:
    base = TrainingJob.objects.get(pk=version.job_id).made
    assert base is not None
    return base


def test_a_model_that_transformers_opens_is_offered_to_its_collaboration(
    written: Any, alice: Any, dora: Any, carol: Any, anvil: Any, alliance: Any
) -> None:
    version = written()
    base = made(version)
    assert (base.commit, base.task, base.collaboration) == (version.commit, "language", alliance)
    assert base.parameters == 8
    for person, sees in ((alice, True), (dora, True), (carol, False)):
        assert BaseModel.objects.visible_to(person).filter(pk=base.pk).exists() is sees
    assert list(BaseModel.objects.usable_by(anvil, alliance)) == [base]
    assert not BaseModel.objects.imported().exists()


def test_a_model_of_another_form_is_not(alice: Any, anvil: Any, alliance: Any) -> None:
    version = make.make_version(anvil, alice)
    make.grant(version, alliance, alice)
    publish(make.make_job(alice, anvil, alliance, [version]))
    assert not BaseModel.objects.exists()


def test_the_new_job_gets_the_models_files_and_no_others(written: Any, go_on: Any) -> None:
    job = go_on(made(written()))
    run = services.claim_job(job.pk, node=None)
    layout = runner.lay_out(run)
    assert {path.name for path in (layout.folder / "base").iterdir()} == {
        "config.json", "model.safetensors", "tokenizer.json",
    }  # fmt: skip
    assert [one.title for one in makers_of(job.base)] == ["Writer"]


def test_only_jobs_of_its_collaboration_may_go_on(written: Any, anvil: Any, dora: Any, borealis: Any) -> None:
    base = made(written())
    other = open_collaboration(
        actor=dora, organization=borealis, name="Alone", goal="G", agreement_text="Words.", invited=[]
    )
    with pytest.raises(InvalidInputError, match="was made in another collaboration"):
        check_base(find_recipe("fine-tune"), base, borealis, other)
    assert not BaseModel.objects.usable_by(borealis, other).exists()


def test_its_data_must_permit_the_job(written: Any, go_on: Any) -> None:
    base = made(written(recipes=["language-model"]))
    with pytest.raises(DomainError) as refused:
        go_on(base)
    assert str(refused.value).startswith("“Writer v1” learnt from data of Borealis Motors. Its terms do not permit")
    assert refused.value.field == "base"
    assert "Letters" not in str(refused.value)


def test_an_owner_who_approves_each_job_is_asked(written: Any, go_on: Any, alice: Any, dora: Any, browse: Any) -> None:
    job = go_on(made(written(ask=True)))
    review = browse(alice).get(f"{reverse('web:job-new')}?clone={job.pk}").content.decode()
    assert "These owners want to be asked first:" in review
    assert "asks to go on from “Writer v1”, which learnt from your data" in browse(dora).get("/inbox/").content.decode()
    assert "It reads none of your data itself" in browse(dora).get(job.get_absolute_url()).content.decode()
    assert job.status == Status.PENDING
    approval = job.approvals.get()
    assert approval.organization.slug == "borealis"
    services.decide_approval(approval, actor=dora, approve=True, note="")
    assert services.claim_job(job.pk, node=None) is not None


def test_data_that_is_withdrawn_takes_along_what_went_on(written: Any, go_on: Any, dora: Any) -> None:
    version = written()
    waits, done = go_on(made(version)), go_on(made(version))
    found = {**evaluation({"anvil": (0.7, 0.9)}), "task": "language"}
    heir = publish(done, leave=left(found), found=found)
    letters = version.job.inputs.get().version.dataset
    told = consequences_of(letters)
    assert [one["number"] for one in told["jobs"]] == [waits.pk]
    assert {one["name"] for one in told["models"]} == {"Writer", "Going on"}
    withdraw_dataset(letters, actor=dora)
    waits.refresh_from_db()
    assert waits.status == Status.CANCELED
    for base in (made(version), made(heir)):
        with pytest.raises(DomainError, match="learnt from data of Borealis Motors that may no longer be used"):
            go_on(base)


def test_a_run_is_stopped_when_the_terms_of_its_bases_data_end(written: Any, go_on: Any, dora: Any) -> None:
    version = written()
    job = go_on(made(version))
    assert services.claim_job(job.pk, node=None) is not None
    assert stop_expired() == []
    letters = version.job.inputs.get().version.dataset
    over = timezone.now() - timedelta(days=1)
    letters.grants.update(until=over, terms={"uses": ["train-pooled"], "until": over.date().isoformat()})
    assert stop_expired() == [job]
    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    assert "learnt from data of Borealis Motors. Its terms ended with" in render(job.reason)
    assert Notice.objects.filter(user=dora, kind="job.stopped").exists()


def test_an_owner_of_its_bases_data_lets_a_withheld_model_out(
    written: Any, go_on: Any, alliance: Any, dora: Any
) -> None:
    version = written()
    job = go_on(made(version))
    letters = version.job.inputs.get().version.dataset
    letters.grants.update(terms=Terms(until=YESTERDAY).as_json())
    found = {**evaluation({"anvil": (0.7, 0.9)}), "task": "language"}
    succeed(job, leave=left(found), found=found)
    assert publish_job(job) is None
    assert Notice.objects.filter(user=dora, kind="model.withheld").exists()
    grant_on_terms(letters, alliance, actor=dora, terms=Terms(until=TOMORROW))
    assert publish_job(job) is not None


def test_lost_data_is_told_once_for_each_model_that_learnt_from_it_twice(
    written: Any, alice: Any, dora: Any, borealis: Any, alliance: Any
) -> None:
    version = written()
    letters = version.job.inputs.get().version
    job = services.propose_job(
        actor=dora, organization=borealis, collaboration=alliance, versions=[letters], title="Again",
        recipe="fine-tune", parameters={}, target="text", base=made(version),
    )  # fmt: skip
    found = {**evaluation({"borealis": (0.7, 0.9)}), "task": "language"}
    publish(job, leave=left(found), found=found)
    tell_who_received(borealis)
    notice = Notice.objects.get(user=alice, kind="dataset.keys-destroyed")
    assert render(notice.sentence).endswith("checked against it: Writer v1, Again v1.")


def test_what_keeps_the_base_on_the_hub_keeps_its_heir(written: Any, go_on: Any, alice: Any, dora: Any) -> None:
    job = go_on(made(written(models_may_leave=False)))
    with pytest.raises(RefusedError, match="Its terms keep models"):
        check_may_leave(alice, job)
    check_may_leave(dora, job)


def test_the_card_names_the_base_and_its_data(written: Any, go_on: Any, browse: Any, alice: Any) -> None:
    found = {**evaluation({"anvil": (0.7, 0.9)}), "task": "language"}
    version = publish(go_on(made(written())), leave=left(found), found=found)
    with open_blob(version.commit.files.get(path="README.md").blob) as file:
        card = file.read().decode()
    assert "Base model: **Writer v1**. Licence: by the usage agreement. Source: Training job" in card
    assert "What the base model had learnt from before" in card
    assert "Borealis Motors" in card
    assert {share.organization.slug for share in version.shares.all()} == {"anvil", "borealis"}
    told = browse(alice).get(f"/api/v1/models/anvil/{version.model.slug}/versions/1/").json()
    assert [[one["name"] for one in told[part]] for part in ("made_of", "base_made_of")] == [["Notes"], ["Letters"]]


def test_the_page_of_the_base_leads_to_what_went_on(
    written: Any, go_on: Any, browse: Callable[..., Any], alice: Any
) -> None:
    version = written()
    job = go_on(made(version))
    page = browse(alice).get(f"{version.get_absolute_url()}&tab=lineage").content.decode()
    assert "Went on learning in" in page
    assert job.get_absolute_url() in page
    assert browse(alice).get(made(version).get_absolute_url())["Location"] == version.get_absolute_url()


def test_a_page_names_the_base_and_leads_to_it_whoever_may_see_it(
    written: Any, go_on: Any, browse: Callable[..., Any], alice: Any, bob: Any, anvil: Any
) -> None:
    made_here, imported = made(written()), make_base(anvil, alice, task="language")
    for base, leads in ((made_here, True), (imported, False)):
        settings = f"{go_on(base).get_absolute_url()}?tab=settings"
        assert base.get_absolute_url() in browse(alice).get(settings).content.decode()
        page = browse(bob).get(settings).content.decode()
        assert base.name in page
        assert (base.get_absolute_url() in page) is leads
    with translation.override("zh-hans"):
        assert made_here.source_name == f"“Quality alliance”的训练任务 #{made_here.maker.pk}"


def test_who_joins_later_reads_of_a_base_where_it_was_made(
    written: Any, browse: Callable[..., Any], carol: Any, cobalt: Any, alliance: Any
) -> None:
    base = made(written())
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=carol
    )
    page = browse(carol).get(base.get_absolute_url()).content.decode()
    assert "of “Quality alliance”" in page
    for said in ("imported", "Imported by", "not known to allow copies", "Check what you downloaded"):
        assert said not in page


def test_a_job_that_was_stopped_for_its_base_says_how_to_go_on_and_offers_no_resuming(
    written: Any, go_on: Any, browse: Callable[..., Any], alice: Any, dora: Any
) -> None:
    version = written()
    job = go_on(made(version))
    run = services.claim_job(job.pk, node=None)
    run.checkpoint = store_bytes(b"state", owner=job.organization)
    run.save(update_fields=["checkpoint"])
    cancel_run(run)
    resume, page = reverse("web:job-resume", args=[job.pk]), browse(alice)
    assert resume in page.get(job.get_absolute_url()).content.decode()
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.RUNNING)
    run = Run.objects.create(job=job, number=2, lease=uuid4(), lease_until=timezone.now())
    withdraw_dataset(version.job.inputs.get().version.dataset, actor=dora)
    cancel_run(run)
    said = page.get(job.get_absolute_url()).content.decode()
    assert "or go on from another base model." in said
    assert resume not in said
