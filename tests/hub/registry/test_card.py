"""The card says in both languages what the model is made of, what it is worth, and where not to trust it."""

import json

import pytest

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import InvalidInputError, NotAllowedError
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.registry import card, scores, services
from chainhub.registry.limits import limits_of
from chainhub.registry.markup import cell
from chainhub.registry.models import Alias, ModelVersion
from chainhub.repositories.storage import open_blob
from chainhub.web.forms.models import RowForm
from tests.factories.bases import make_base
from tests.factories.explained import of_markets
from tests.factories.jobs import make_job
from tests.factories.models import evaluation, files, publish, score, succeed


def read(version: ModelVersion, path: str) -> str:
    with open_blob(version.commit.files.get(path=path).blob) as file:
        return file.read().decode()


def test_both_languages_name_every_dataset_version_with_licence_and_terms(job: TrainingJob) -> None:
    Dataset.objects.update(licence="CC BY 4.0", source="UCI", source_url="https://example.org/data")
    version = publish(job)
    for path in ("README.md", "README.zh.md"):
        text = read(version, path)
        for one in job.inputs.select_related("version__dataset"):
            assert f"{one.version.dataset.name} v{one.version.number}" in text
            assert one.commit_oid[:10] in text
        assert "CC BY 4.0" in text
        assert "https://example.org/data" in text
        assert "hidden_layers" in text
        assert "print('ten lines')" in text
        assert "0.900 (0.880–0.920)" in text
    assert "## Limits" in read(version, "README.md")
    assert "## 局限" in read(version, "README.zh.md")
    assert "Every owner accepted version 1 of the usage agreement" in read(version, "README.md")


def test_the_head_is_what_public_hubs_read(version: ModelVersion) -> None:
    head = read(version, "README.md").split("---\n")[1]
    assert 'language: ["en", "zh"]' in head
    assert 'pipeline_tag: "tabular-classification"' in head
    assert '{"type": "accuracy", "value": 0.9}' in head


def test_names_cannot_become_markup(
    alice: User, anvil: Organization, alliance: Collaboration, ours: DatasetVersion, theirs: DatasetVersion
) -> None:
    Dataset.objects.filter(pk=ours.dataset_id).update(name="a|b <script> [x](http://evil)")
    version = publish(make_job(alice, anvil, alliance, [ours, theirs]))
    text = read(version, "README.md")
    assert r"a\|b \<script\> \[x\]" in text


def test_the_limits_say_who_loses_and_what_is_small() -> None:
    found = evaluation({"anvil": (0.95, 0.9), "borealis": (0.8, None)}, test_rows=30)
    found["confusion"] = {"labels": ["no", "yes"], "matrix": [[57, 0], [1, 2]]}
    said = [render(one) for one in limits_of(found)]
    assert any("Only 60 rows were held out" in one for one in said)
    assert any("Anvil held out only 30 rows" in one for one in said)
    assert any("For Anvil the model trained together is worse" in one and "0.900 against 0.950" in one for one in said)
    assert any("For Borealis alone the main metric could not be measured" in one for one in said)
    assert any("hardly tested: yes" in one for one in said)


def test_a_loss_that_may_be_chance_is_not_called_small() -> None:
    """Of few rows the intervals are wide, and what differs by half may overlap."""
    found = evaluation({"anvil": (0.95, 0.5)})
    found["organizations"][0]["own"] = {
        series: {"accuracy": score(value, 0.3)} for series, value in (("alone", 0.95), ("together", 0.5))
    }
    said = " ".join(render(one) for one in limits_of(found))
    assert "came out worse on its own rows than one trained alone (0.500 against 0.950)" in said
    assert "chance may have made the difference" in said


def test_a_clear_gain_on_many_rows_needs_no_caution() -> None:
    assert limits_of(evaluation({"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)})) == []


def test_a_model_that_learnt_nothing_is_told_apart_from_one_that_did() -> None:
    blind = evaluation({"anvil": (0.5, 0.5)})
    blind["confusion"] = {"labels": ["no", "yes"], "matrix": [[100, 0], [100, 0]]}
    assert any("most frequent answer" in render(one) for one in limits_of(blind))
    blind["overall"]["metrics"]["roc_auc"] = {"value": 0.8, "low": 0.7, "high": 0.9}
    assert not any("most frequent answer" in render(one) for one in limits_of(blind))
    mean = {"overall": {"rows": 300, "metrics": {"r2": {"value": -0.1}}}}
    assert any("mean of the target" in render(one) for one in limits_of(mean))


def test_a_back_test_is_read_with_care() -> None:
    good = evaluation({"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)})
    assert limits_of({**good, **of_markets(ahead=0.8)}) == []
    said = [render(one) for one in limits_of({**good, **of_markets(ahead=-0.2, suspects=("tomorrow",))})]
    assert len(said) == 2
    assert "tomorrow" in said[0]
    assert "buying once and holding" in said[1]


def test_the_card_leaves_out_parameters_without_effect(
    alice: User, anvil: Organization, alliance: Collaboration, ours: DatasetVersion
) -> None:
    text = read(publish(make_job(alice, anvil, alliance, [ours], parameters={"optimizer": "adam"})), "README.md")
    assert "`optimizer`" in text
    assert "`momentum`" not in text


def test_notes_are_kept_version_by_version_and_committed(version: ModelVersion, alice: User) -> None:
    first = services.edit_card(version.model, text="Not for **castings**.", actor=alice)
    same = services.edit_card(version.model, text="Not for **castings**. ", actor=alice)
    second = services.edit_card(version.model, text="Ask Alice. <!-- end of notes -->", actor=alice)
    assert (first, second.number) == (same, 2)
    head = version.model.repository.commits.last()
    with open_blob(head.files.get(path="README.md").blob) as file:
        text = file.read().decode()
    assert "Ask Alice." in text
    assert "Ask Alice." not in card.body_of(text)
    assert card.body_of(text).startswith("Tells which “label” it is.")
    assert version.commit.files.get(path="README.md").blob != head.files.get(path="README.md").blob


def test_later_versions_carry_the_notes(
    version: ModelVersion,
    alice: User,
    anvil: Organization,
    alliance: Collaboration,
    ours: DatasetVersion,
    theirs: DatasetVersion,
) -> None:
    services.edit_card(version.model, text="Ask Alice.", actor=alice)
    second = publish(make_job(alice, anvil, alliance, [ours, theirs]))
    assert "Ask Alice." in read(second, "README.zh.md")


def test_only_the_initiators_scientists_curate(version: ModelVersion, bob: User, erin: User) -> None:
    for person in (bob, erin):
        with pytest.raises(NotAllowedError, match="Anvil Steel"):
            services.edit_card(version.model, text="Mine.", actor=person)
        with pytest.raises(NotAllowedError):
            services.set_alias(version, "champion", actor=person)


def test_an_alias_moves_and_goes(version: ModelVersion, alice: User) -> None:
    alias = services.set_alias(version, " Production ", actor=alice)
    assert (alias.name, alias.version, alias.set_by) == ("production", version, alice)
    services.remove_alias(alias, actor=alice)
    assert not Alias.objects.filter(name="production").exists()


@pytest.mark.parametrize("name", ["", "v3", "two words", "-x", "a" * 41, "ü"])
def test_an_alias_is_a_plain_word(version: ModelVersion, alice: User, name: str) -> None:
    with pytest.raises(InvalidInputError):
        services.set_alias(version, name, actor=alice)


def test_a_regression_has_a_card_too(job: TrainingJob) -> None:
    found = evaluation({"anvil": (None, None)})
    found |= {"task": "regression", "primary_metric": {"name": "rmse"}, "residuals": {"points": [[1, 2]]}}
    found["overall"]["metrics"] = {"rmse": {"value": 1.5, "low": 1.4, "high": 1.6}}
    del found["confusion"]
    succeed(job, found=found)
    version = services.publish_job(job)
    assert version is not None
    assert "Predicts the number “label”." in read(version, "README.md")
    assert "tabular-regression" in read(version, "README.md")


def test_what_a_model_writes_is_scored_on_the_card_too(job: TrainingJob) -> None:
    written = {"rows": 7, "scores": {"bleu": {"value": 41.5, "low": 30, "high": 50}, "chrf": {"value": 44.25}}}
    succeed(job, found={**evaluation({"anvil": (None, None)}), "written": written})
    version = services.publish_job(job)
    assert version is not None
    assert "| BLEU (texts written: 7) | 41.500 (30.000–50.000) |" in read(version, "README.md")
    assert "| chrF（写出的文本数：7） | 44.250 |" in read(version, "README.zh.md")
    assert '{"type": "bleu", "value": 41.5}' in read(version, "README.md")


@pytest.mark.parametrize(("based", "told", "left"), [(True, "base_pace", "blocks"), (False, "blocks", "base_pace")])
def test_the_card_tells_what_counts_with_a_base_model_or_without(
    job: TrainingJob, alice: User, based: bool, told: str, left: str
) -> None:
    base = make_base(job.organization, alice, task="vision") if based else None
    TrainingJob.objects.filter(pk=job.pk).update(
        recipe="object-detection", base=base, parameters={"blocks": 2, "base_pace": 0.2}
    )
    job.refresh_from_db()
    text = read(publish(job), "README.md")
    assert f"`{told}`" in text
    assert f"`{left}`" not in text


def test_a_card_tells_nothing_of_models_trained_alone_where_none_were(job: TrainingJob) -> None:
    found = evaluation({"anvil": (None, 0.9)})
    found["organizations"][0]["common"].pop("alone")
    found.pop("weighted")
    succeed(job, found=found)
    version = services.publish_job(job)
    assert version is not None
    results = read(version, "README.md").split("## Limits")[0]
    assert "Trained by one organization in" in results
    assert "。由一家机构在协作项目" in read(version, "README.zh.md")
    assert "| Organization | Held out | Own rows, together | Everybody's rows, together |" in results
    assert "alone" not in results


def test_an_interval_below_zero_is_told_with_room() -> None:
    assert cell(scores.Score(-0.2, -0.3, -0.1)) == "-0.200 (-0.300 – -0.100)"


def test_small_errors_are_told_to_three_digits() -> None:
    """Of daily returns three decimals would say nothing."""
    assert [scores.written(value) for value in (0.0, 0.9, 0.1, 0.05, 0.0146, -0.00894, 2e-5, 1343.2)] == [
        "0.000", "0.900", "0.100", "0.0500", "0.0146", "-0.00894", "0.0000200", "1343.200",
    ]  # fmt: skip


def test_a_field_that_hardly_varies_has_a_usual_value_and_no_range(job: TrainingJob) -> None:
    left = files(evaluation({"anvil": (0.7, 0.9)}))
    told = json.loads(left["preprocessing.json"])
    told["fields"][1] |= {"low": 0.0, "high": 0.0}
    succeed(job, leave=left | {"preprocessing.json": json.dumps(told).encode()})
    version = services.publish_job(job)
    assert version is not None
    assert "| `x0` | -1.6 to 1.6 |" in read(version, "README.md")
    assert "| `x1` | 0 |" in read(version, "README.md")
    assert {name: bound.help_text for name, bound in RowForm(version=version).fields.items()} == {
        "field-x0": "Usually -1.6 to 1.6",
        "field-x1": "Usually 0",
        "field-x2": "",
    }
