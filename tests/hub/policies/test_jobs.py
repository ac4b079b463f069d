"""Terms at work: asked when a job is launched, when it starts, when it goes on, and when its model is published."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from chainhub.activity.models import Notice
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset, DatasetVersion, Grant
from chainhub.jobs import catalogue, services
from chainhub.jobs.candidates import candidates
from chainhub.jobs.fields import check_fields
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.terms import ForbiddenByTermsError, RefusedError, check_may_leave, why_kept
from chainhub.policies.services.granting import conditions_of
from chainhub.policies.terms import Terms
from chainhub.registry.services import publish_job
from tests.factories import jobs as make
from tests.factories.models import publish, succeed

YESTERDAY = timezone.now().date() - timedelta(days=1)
TOMORROW = timezone.now().date() + timedelta(days=1)


def under(version: DatasetVersion, collaboration: Any, by: Any, organization: Any = None, **terms: Any) -> Grant:
    """A grant on these terms."""
    said = conditions_of(Terms(**terms))
    return Grant.objects.create(
        dataset=version.dataset, collaboration=collaboration, granted_by=by, organization=organization,
        terms=said.terms, needs_approval=said.needs_approval, until=said.until,
        allows_rows=said.allows_rows, allows_download=said.allows_download,
    )  # fmt: skip


@pytest.fixture
def theirs(borealis: Any, dora: Any) -> DatasetVersion:
    """Borealis' data, of which nothing is granted yet: 80 rows in two classes."""
    return make.make_version(borealis, dora, name="Theirs")


@pytest.fixture
def ours(anvil: Any, alice: Any, alliance: Any) -> DatasetVersion:
    version = make.make_version(anvil, alice, name="Ours")
    make.grant(version, alliance, alice)
    return version


Launch = Any


@pytest.fixture
def launch(alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any) -> Launch:
    """Alice launches on both."""

    def launched(*versions: DatasetVersion, **changes: Any) -> TrainingJob:
        return make.make_job(alice, anvil, alliance, list(versions) or [ours, theirs], **changes)

    return launched


@pytest.mark.parametrize(
    ("terms", "at_fault"),
    [
        ({"until": YESTERDAY}, "until"),
        ({"recipes": ("image-classification",)}, "recipes"),
        ({"purposes": ("credit-scoring",)}, "purposes"),
        ({"collaborations": ("another",)}, "collaborations"),
        ({"organizations": ("cobalt",)}, "organizations"),
        ({"min_organizations": 3}, "min_organizations"),
        ({"min_rows_per_class": 60}, "min_rows_per_class"),
        ({"max_epsilon": 3.0}, "max_epsilon"),
        ({"uses": ("train-federated",)}, "uses"),
        ({"uses": ("evaluate",)}, "uses"),
    ],
)
def test_a_launch_against_a_term_is_refused_and_says_which(
    launch: Launch, theirs: Any, alliance: Any, dora: Any, terms: dict[str, Any], at_fault: str
) -> None:
    under(theirs, alliance, dora, **terms)
    with pytest.raises(ForbiddenByTermsError) as refused:
        launch()
    assert refused.value.term == at_fault
    assert refused.value.field == "versions"
    assert str(refused.value).startswith("“Theirs” may not be used for this job. Its terms")
    with translation.override("zh-hans"):
        assert str(refused.value).startswith("此任务不能使用“Theirs”。其条款")
    assert not TrainingJob.objects.exists()


@pytest.mark.parametrize(
    "terms",
    [
        {"until": timezone.now().date()},
        {"recipes": ("tabular",), "purposes": ("visual-inspection",), "collaborations": ("quality-alliance",)},
        {"organizations": ("anvil",), "min_organizations": 2, "min_rows_per_class": 20, "max_jobs": 1},
        {"uses": ("train-pooled", "download"), "name_source": True, "delete_after_days": 30},
    ],
)
def test_a_launch_that_all_terms_permit_is_queued(
    launch: Launch, theirs: Any, alliance: Any, dora: Any, terms: dict[str, Any]
) -> None:
    grant = under(theirs, alliance, dora, **terms)
    job = launch()
    assert job.status == Status.QUEUED
    assert job.inputs.get(version=theirs).grant == grant
    assert services.claim_job(job.pk, node=None) is not None


def test_classes_are_counted_in_the_file_that_training_reads(
    launch: Launch, theirs: Any, alliance: Any, dora: Any, anvil: Any, alice: Any
) -> None:
    under(theirs, alliance, dora, min_rows_per_class=30)
    launch()
    quantity = make.make_version(anvil, alice, columns=make.table() | {"label": [n / 7 for n in range(80)]})
    under(quantity, alliance, alice, min_rows_per_class=30)
    assert launch(quantity).status == Status.QUEUED, "a quantity has no classes"
    with pytest.raises(ForbiddenByTermsError, match="its smallest class has fewer"):
        launch(quantity, parameters={"task": "classification"})


class TestCount:
    """Two jobs are permitted."""

    @pytest.fixture(autouse=True)
    def two(self, theirs: Any, alliance: Any, dora: Any) -> Grant:
        return under(theirs, alliance, dora, max_jobs=2)

    def test_the_third_is_refused(self, launch: Launch) -> None:
        launch()
        launch()
        with pytest.raises(ForbiddenByTermsError, match="permit 2 jobs, and all have been launched"):
            launch()

    def test_one_that_never_ran_does_not_count(self, launch: Launch, alice: Any) -> None:
        launch()
        services.cancel_job(launch(), actor=alice)
        assert launch().status == Status.QUEUED

    def test_one_that_ran_counts_even_though_it_failed(self, launch: Launch) -> None:
        run = services.claim_job(launch().pk, node=None)
        assert run is not None
        services.fail_run(run, {"kind": "data", "text": "No.", "hint": "", "params": {}})
        launch()
        with pytest.raises(ForbiddenByTermsError):
            launch()


class TestWho:
    """A grant to one participant goes before the one to all of them."""

    def test_a_grant_to_another_helps_nobody_else(self, launch: Launch, theirs: Any, alliance: Any, dora: Any, cobalt: Any) -> None:  # fmt: skip  # noqa: E501
        under(theirs, alliance, dora, organization=cobalt)
        with pytest.raises(DomainError, match="has not granted “Theirs” to Anvil Steel"):
            launch()

    def test_the_own_grant_goes_first(self, launch: Launch, theirs: Any, alliance: Any, dora: Any, anvil: Any) -> None:
        under(theirs, alliance, dora)
        under(theirs, alliance, dora, organization=anvil, uses=("evaluate",))
        with pytest.raises(ForbiddenByTermsError, match="evaluating models"):
            launch()

    def test_the_owner_may_whom_ever_it_named(self, theirs: Any, alliance: Any, dora: Any, borealis: Any, anvil: Any) -> None:  # fmt: skip  # noqa: E501
        under(theirs, alliance, dora, organization=anvil, organizations=("anvil",), ask_each_job=True)
        assert make.make_job(dora, borealis, alliance, [theirs]).status == Status.QUEUED


class TestPublishing:
    """What was done against the terms is not published; what was made in time is."""

    def test_data_taken_back_while_it_ran(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        grant = under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(pk=grant.pk).update(revoked_at=timezone.now())
        succeed(job)
        assert publish_job(job) is None
        assert publish_job(job) is None
        job.refresh_from_db()
        assert "taken back before the training had ended" in render(job.reason)
        assert Notice.objects.visible_to(dora).filter(kind="model.withheld").count() == 1

    def test_files_that_are_missing_are_not_asked_for(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:  # fmt: skip  # noqa: E501
        grant = under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(pk=grant.pk).update(revoked_at=timezone.now())
        succeed(job, leave={"config.json": b"{}"})
        assert publish_job(job) is None

    def test_data_taken_back_afterwards(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:
        grant = under(theirs, alliance, dora)
        job = launch()
        succeed(job)
        Grant.objects.filter(pk=grant.pk).update(revoked_at=timezone.now())
        assert publish_job(job) is not None

    def test_a_run_that_went_on_beyond_the_last_day(self, launch: Launch, theirs: Any, alliance: Any, dora: Any) -> None:  # fmt: skip  # noqa: E501
        grant = under(theirs, alliance, dora)
        job = launch()
        Grant.objects.filter(pk=grant.pk).update(terms=Terms(until=YESTERDAY).as_json())
        succeed(job)
        assert publish_job(job) is None
        Grant.objects.filter(pk=grant.pk).update(terms=Terms(until=TOMORROW).as_json())
        assert publish_job(job) is not None
        job.refresh_from_db()
        assert job.reason is None


def test_models_stay_where_the_terms_say_so(
    launch: Launch, theirs: Any, alliance: Any, alice: Any, dora: Any, carol: Any
) -> None:
    under(theirs, alliance, dora, models_may_leave=False)
    version = publish(launch())
    assert "keep models that were trained on it on the hub" in render(why_kept(alice, version.job))
    assert why_kept(dora, version.job) is None, "its own data"
    with pytest.raises(RefusedError):
        check_may_leave(alice, version.job)
    Grant.objects.filter(dataset=theirs.dataset).update(terms=Terms().as_json())
    assert why_kept(alice, version.job) is not None, "the terms that held at the launch bind the model for good"


@pytest.mark.parametrize(
    ("recipe", "kind", "reason", "on_chinese_pages"),
    [
        (
            "tabular",
            "corpus",
            "This recipe takes a table, a time series or molecules; this is plain text.",
            "此训练配方接受表格、时间序列或分子；这个数据集是纯文本。",
        ),
        (
            "image-classification",
            "chat",
            "This recipe takes a table, a time series, molecules or a collection of images; this is instructions and "
            "chats.",
            "此训练配方接受表格、时间序列、分子或图像；这个数据集是指令与对话。",
        ),
    ],
)
def test_candidates_say_what_the_recipe_takes(
    theirs: Any, alliance: Any, dora: Any, alice: Any, recipe: str, kind: str, reason: str, on_chinese_pages: str
) -> None:
    under(theirs, alliance, dora)
    Dataset.objects.update(visibility="granted", kind=kind)
    found = candidates(alice, alliance, catalogue.find_recipe(recipe))
    why = next(one.why_not for one in found if one.dataset == theirs.dataset)
    assert render(why) == reason
    with translation.override("zh-hans"):
        assert render(why) == on_chinese_pages
    with pytest.raises(InvalidInputError, match=f"This recipe cannot read “Theirs”. {reason}"):
        check_fields(
            catalogue.find_recipe(recipe), [DatasetVersion.objects.get(pk=theirs.pk)], target="sick", fields=()
        )


def test_candidates_say_why_not(launch: Launch, theirs: Any, alliance: Any, alice: Any, anvil: Any, dora: Any) -> None:
    recipe = catalogue.find_recipe("tabular")
    grant = under(theirs, alliance, dora, max_jobs=1)
    Dataset.objects.update(visibility="granted")

    def why() -> str:
        found = candidates(alice, alliance, recipe, organization=anvil)
        return next(render(one.why_not) for one in found if one.dataset == theirs.dataset)

    assert why() == ""
    launch()
    assert why().startswith("Its terms permit one job, and that has been launched.")
    Grant.objects.filter(pk=grant.pk).update(terms=Terms(uses=("evaluate",)).as_json())
    assert why() == (
        "Its terms permit evaluating models with it, not training. "
        "Leave this dataset out, or request access for training on its page."
    )
