"""A launch that holds out what is later, and back-tests what it predicts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs import estimates, services
from chainhub.jobs.catalogue import checked_split, find_recipe
from chainhub.jobs.dividing import group_fields, time_fields
from chainhub.jobs.estimates import estimate
from chainhub.jobs.models import TrainingJob
from tests.factories import jobs as make

Browse = Callable[..., Client]
LAUNCH = "/jobs/new/"


def dated(organization: Any, by: Any, alliance: Any) -> DatasetVersion:
    """Prices with their days, as inspection leaves them."""
    days = [f"2024-{1 + place // 28:02d}-{1 + place % 28:02d}" for place in range(80)]
    columns = make.table(seed=organization.pk) | {"day": days, "gain": [0.01, -0.005] * 40}
    version = make.make_version(organization, by, name="Prices", columns=columns)
    for field in version.inspection["fields"]:
        field["type"] = "date" if field["name"] == "day" else field["type"]
    version.save()
    version.dataset.visibility = "granted"
    version.dataset.save()
    make.grant(version, alliance, by)
    return version


@pytest.fixture
def versions(anvil: Any, alice: Any, borealis: Any, dora: Any, alliance: Any) -> list[DatasetVersion]:
    return [dated(anvil, alice, alliance), dated(borealis, dora, alliance)]


@pytest.fixture
def said(alliance: Any, versions: list[DatasetVersion]) -> dict[str, Any]:
    return {
        "collaboration": alliance.slug, "recipe": "tabular", "versions": [one.pk for one in versions],
        "target": "label", "choice": "all", "kind": "time", "time": "day", "test_fraction": "30",
        "validation_fraction": "10", "seed": "7", "p-epochs": "3", "p-hidden_layers": "8", "p-returns": "gain",
        "p-trading_cost": "0.002", "device": "cpu", "name": "Ups and downs",
        "seen": ["goal", "recipe", "data", "fields", "parameters-tabular", "compute", "review"],
    }  # fmt: skip


def test_alice_holds_out_what_is_later_and_back_tests(browse: Browse, alice: Any, said: Any) -> None:
    answer = browse(alice).post(LAUNCH, {**said, "step": "review", "go": "launch"})
    assert answer.status_code == 302, answer.content.decode()
    job = TrainingJob.objects.get()
    assert (job.split["kind"], job.split["time"], job.split["test_fraction"]) == ("time", "day", 0.3)
    assert (job.parameters["returns"], job.parameters["trading_cost"]) == ("gain", 0.002)
    assert "the latest 30% by “day”" in browse(alice).get(job.get_absolute_url()).content.decode()
    clone = browse(alice).get(f"{LAUNCH}?clone={job.pk}").content.decode()
    assert "the latest 30% by “day”" in clone


def test_alice_walks_forward(browse: Browse, alice: Any, said: Any) -> None:
    asked = {**said, "kind": "walk-forward", "folds": "4", "step": "review", "go": "launch"}
    answer = browse(alice).post(LAUNCH, asked)
    assert answer.status_code == 302, answer.content.decode()
    job = TrainingJob.objects.get()
    assert (job.split["kind"], job.split["time"], job.split["folds"]) == ("walk-forward", "day", 4)
    page = browse(alice).get(job.get_absolute_url()).content.decode()
    assert "the latest 30% by “day”, in 4 blocks one after the other" in page


def test_a_forecast_is_judged_by_what_comes_later_alone(browse: Browse, alice: Any, said: Any) -> None:
    asked = {**said, "recipe": "timeseries", "seen": said["seen"][:3], "step": "data"}
    page = browse(alice).post(LAUNCH, asked).content.decode()
    assert "What is later than all" in page
    assert "walk-forward" in page
    assert "A share of each organization" not in page
    asked |= {"target": "x0", "p-horizon": "2", "p-window": "7", "p-series": "", "name": "Tomorrow"}
    asked |= {
        "seen": [*said["seen"][:4], "parameters-timeseries", "compute", "review"],
        "step": "review",
        "go": "launch",
    }
    answer = browse(alice).post(LAUNCH, {key: value for key, value in asked.items() if key != "p-returns"})
    assert answer.status_code == 302, answer.content.decode()
    job = TrainingJob.objects.get()
    assert (job.recipe, job.split["kind"], job.parameters["horizon"]) == ("timeseries", "time", 2)


def test_parameters_that_name_a_field_offer_the_fields(browse: Browse, alice: Any, said: Any) -> None:
    page = browse(alice).post(LAUNCH, {**said, "seen": said["seen"][:4], "step": "fields"}).content.decode()
    chosen = page[page.index('name="p-returns"') :]
    assert 'value="gain"' in chosen[: chosen.index("</select>")]
    assert 'data-when-value="*"' in page  # what a trade costs is asked with it
    assert 'data-when-value="warm-up|warm-up-cosine"' in page


def test_where_no_field_says_when_it_is_not_offered(browse: Browse, alice: Any, said: Any) -> None:
    asked = {**said, "seen": said["seen"][:3], "step": "data"}
    assert "What is later than all" in browse(alice).post(LAUNCH, asked).content.decode()
    for version in DatasetVersion.objects.all():
        for field in version.inspection["fields"]:
            field["type"] = "text" if field["name"] == "day" else field["type"]
        version.save()
    assert "What is later than all" not in browse(alice).post(LAUNCH, asked).content.decode()


def test_numbers_are_times_where_an_owner_says_so(versions: list[DatasetVersion]) -> None:
    assert time_fields(versions) == ["day"]
    dataset = versions[0].dataset
    dataset.field_settings = {"x1": {"role": "time"}}
    dataset.save()
    assert time_fields(versions) == ["x1", "day"]


def test_a_field_that_is_no_time_is_refused(
    alice: Any, anvil: Any, alliance: Any, versions: list[DatasetVersion]
) -> None:
    asked: dict[str, Any] = {
        "actor": alice, "organization": anvil, "collaboration": alliance, "versions": versions, "recipe": "tabular",
        "title": "Ups", "target": "label", "parameters": {},
    }  # fmt: skip
    for split in (
        {"kind": "group", "group": "day"},
        {"kind": "group"},
        {"kind": "time", "time": "x0"},
        {"kind": "time"},
        {"kind": "holdout", "time": "day"},
    ):
        with pytest.raises(InvalidInputError) as refused:
            services.propose_job(**asked, split=split)
        assert refused.value.field.startswith("split")  # type: ignore[union-attr]


def test_alice_holds_out_whole_groups(browse: Browse, alice: Any, said: Any, versions: list[DatasetVersion]) -> None:
    for version in versions:
        for field in version.inspection["fields"]:
            field["type"] = "category" if field["name"] == "x1" else field["type"]
        version.save()
    assert group_fields(versions)[0] == "x1"
    asked = {**said, "kind": "group", "group": "x1", "p-returns": "", "step": "review", "go": "launch"}
    answer = browse(alice).post(LAUNCH, asked)
    assert answer.status_code == 302, answer.content.decode()
    job = TrainingJob.objects.get()
    assert (job.split["kind"], job.split["group"], job.split.get("time")) == ("group", "x1", None)
    assert "whole groups by “x1”, about 30%" in browse(alice).get(job.get_absolute_url()).content.decode()
    assert "whole groups by “x1”, about 30%" in browse(alice).get(f"{LAUNCH}?clone={job.pk}").content.decode()


def test_alice_holds_out_every_group_once(
    browse: Browse, alice: Any, said: Any, versions: list[DatasetVersion]
) -> None:
    for version in versions:
        for field in version.inspection["fields"]:
            if field["name"] == "x1":
                field |= {"type": "category", "distinct": 2}
        version.save()
    asked = {**said, "kind": "group-k-fold", "group": "x1", "p-returns": "", "step": "review", "go": "launch"}
    refused = browse(alice).post(LAUNCH, {**asked, "folds": "5"})
    assert refused.status_code == 200
    assert "“x1” tells fewer groups apart than there are folds" in refused.content.decode()
    answer = browse(alice).post(LAUNCH, {**asked, "folds": "4"})
    assert answer.status_code == 302, answer.content.decode()
    job = TrainingJob.objects.get()
    assert (job.split["kind"], job.split["group"], job.split["folds"]) == ("group-k-fold", "x1", 4)
    assert "4 folds of whole groups by “x1”" in browse(alice).get(job.get_absolute_url()).content.decode()
    assert "4 folds of whole groups by “x1”" in browse(alice).get(f"{LAUNCH}?clone={job.pk}").content.decode()


def test_alice_has_every_organization_judged_by_the_others(
    browse: Browse, alice: Any, said: Any, versions: list[DatasetVersion]
) -> None:
    asked = {**said, "kind": "organization", "p-returns": "", "step": "review", "go": "launch"}
    fields = browse(alice).post(LAUNCH, {**said, "seen": said["seen"][:3], "step": "data"}).content.decode()
    assert "Every organization once: a model that never saw it is tried on it" in fields
    alone = {**asked, "versions": [versions[0].pk]}
    page = browse(alice).post(LAUNCH, {**alone, "seen": said["seen"][:3], "step": "data"}).content.decode()
    assert "Every organization once" not in page
    assert browse(alice).post(LAUNCH, alone).status_code == 200
    assert not TrainingJob.objects.exists()
    answer = browse(alice).post(LAUNCH, asked)
    assert answer.status_code == 302, answer.content.decode()
    job = TrainingJob.objects.get()
    assert job.split["kind"] == "organization"
    assert (
        "every organization once, tried with a model of all others"
        in browse(alice).get(job.get_absolute_url()).content.decode()
    )


def test_a_program_with_one_organizations_data_is_told_that_there_are_no_others(
    alice: Any, anvil: Any, alliance: Any, versions: list[DatasetVersion]
) -> None:
    with pytest.raises(InvalidInputError, match="choose data of at least two") as refused:
        services.propose_job(
            actor=alice, organization=anvil, collaboration=alliance, versions=versions[:1], recipe="tabular",
            title="Ups", target="label", parameters={}, split={"kind": "organization"},
        )  # fmt: skip
    assert refused.value.field == "split.kind"


def test_the_estimate_counts_a_model_of_each_organizations_others_and_one_of_all(
    alice: Any, versions: list[DatasetVersion]
) -> None:
    parameters = find_recipe("tabular").check({"baselines": True}).model_dump(mode="json")
    told = estimate(
        alice, "tabular", device="cpu", versions=versions, parameters=parameters, target="label",
        split=checked_split({"kind": "organization", "validation_fraction": 0.0}),
    )  # fmt: skip
    assert (told.models, told.train_rows, told.rows) == (3, 80, 160)


def test_the_estimate_of_unequal_organizations_knows_each_ones_others(
    alice: Any, anvil: Any, borealis: Any, dora: Any, alliance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The largest is held out whole, and a model of few rows takes few steps."""
    versions = [dated(anvil, alice, alliance), dated(borealis, dora, alliance)]
    versions[0].rows, versions[1].rows = 1000, 10
    parameters = find_recipe("tabular").check({"batch_size": 10, "epochs": 1}).model_dump(mode="json")
    asked: list[Any] = []
    monkeypatch.setattr(estimates, "memory_of", lambda _recipe, _parameters, data: asked.append(data))
    told = estimate(
        alice, "tabular", device="cpu", versions=versions, parameters=parameters, target="label",
        split=checked_split({"kind": "organization", "validation_fraction": 0.1}),
    )  # fmt: skip
    assert (told.models, told.steps, told.train_rows) == (3, 1 + 90 + 101, round((9 + 900) / 2))
    assert asked[0]["held_out"] == 1000


def test_a_launch_does_not_tell_how_many_values_a_masked_field_has(
    browse: Browse, alice: Any, said: Any, versions: list[DatasetVersion]
) -> None:
    for version in versions:
        for field in version.inspection["fields"]:
            if field["name"] == "x1":
                field |= {"type": "category", "distinct": 2}
        version.save()
    theirs = versions[1].dataset
    theirs.field_settings = {"x1": {"sensitive": True}}
    theirs.save()
    asked = {**said, "kind": "group-k-fold", "group": "x1", "p-returns": "", "step": "review", "go": "launch"}
    answer = browse(alice).post(LAUNCH, {**asked, "folds": "5"})
    assert answer.status_code == 302, answer.content.decode()
    assert TrainingJob.objects.get().split["folds"] == 5
