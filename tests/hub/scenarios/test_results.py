"""The table of the scenarios says what was measured, and says no where others are better."""

from dataclasses import replace

import pytest

from chainhub.registry.models import ModelVersion
from chainhub.scenarios.catalogue import Baseline, Scenario, Trial, scenario
from chainhub.scenarios.results import Result, page


def a_trial(*baselines: Baseline, metric: str = "roc_auc", caveat: str = "") -> Trial:
    return Trial(slug="heart", sample="heart", title="Hearts", metric=metric, baselines=baselines, caveat=caveat)


@pytest.fixture
def diagnosis() -> Scenario:
    found = scenario("disease-diagnosis")
    assert found
    return found


def measured(**evaluation: object) -> ModelVersion:
    return ModelVersion(evaluation=evaluation)


def test_a_baseline_is_reached_as_far_as_it_was_told(diagnosis: Scenario) -> None:
    auc = Baseline(metric="roc_auc", value=0.84, part="together", method="Peer")
    for value, reached in ((0.8351, True), (0.8349, False)):
        version = measured(weighted={"together": {"roc_auc": value}})
        assert Result(diagnosis, a_trial(auc), version).reaches(auc) is reached


def test_less_is_better_where_the_baseline_says_so(diagnosis: Scenario) -> None:
    loss = Baseline(metric="log_loss", value=0.4, method="Peer")
    version = measured(overall={"metrics": {"log_loss": {"value": 0.3}}})
    assert Result(diagnosis, a_trial(loss), version).reaches(loss) is True


def test_what_was_written_is_looked_up_there(diagnosis: Scenario) -> None:
    bleu = Baseline(metric="bleu", value=39.5, part="written", method="Peer")
    version = measured(written={"bleu": {"value": 41.2, "low": 38.0, "high": 44.0}})
    assert Result(diagnosis, a_trial(bleu), version).reaches(bleu) is True


def test_what_a_model_tells_of_an_organization_that_it_never_saw_is_looked_up_there() -> None:
    found = scenario("object-detection")
    assert found
    trial = next(one for one in found.trials if one.slug == "trees-unseen")
    site = next(one for one in trial.data.parts if one.slug == "soap")
    others = {"name": "Elsewhere", "own": {"together": {"map_40": {"value": 0.9}}}}
    for value, reached in ((0.26, True), (0.25, False), (None, None)):
        own = {"name": f"{site.organization} (example)", "own": {"together": {"map_40": {"value": value}}}}
        result = Result(found, trial, measured(organizations=[others, own]))
        assert result.reaches(trial.baselines[0]) is reached
    assert Result(found, trial, None).reaches(trial.baselines[0]) is None


def test_the_page_tells_what_was_reached_what_not_and_what_was_not_run(diagnosis: Scenario) -> None:
    good = Baseline(metric="roc_auc", value=0.8, part="together", method="Simple")
    better = Baseline(metric="roc_auc", value=0.9, part="together", method="Rich")
    version = measured(weighted={"alone": {"roc_auc": 0.79}, "together": {"roc_auc": 0.844}})
    results = [
        Result(diagnosis, a_trial(good, better, caveat="Few patients."), version, seconds=90.0),
        Result(diagnosis, a_trial(good), None),
    ]
    english = page(results, "en")
    assert "| 0.790 | 0.844 | – |" in english
    assert "0.844 yes<br>0.844 no" in english
    assert "| 1.5 |" in english
    assert "not run" in english
    assert "- Hearts: Few patients." in english
    assert "各自单独" in page(results, "zh-hans")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_run_alone_leaves_the_rows_of_the_others_as_they_were(diagnosis: Scenario, language: str) -> None:
    """Who trains one example on a machine of theirs does not wipe out what was measured elsewhere."""
    version = measured(weighted={"alone": {"roc_auc": 0.79}, "together": {"roc_auc": 0.844}})
    trials = [a_trial(), replace(a_trial(), title="Hearts | again"), replace(a_trial(), title="Hearts again")]
    whole = page([Result(diagnosis, trial, version, seconds=90.0) for trial in trials], language)
    better = measured(weighted={"alone": {"roc_auc": 0.79}, "together": {"roc_auc": 0.911}})
    found = zip(trials, (None, better, version), strict=True)  # the last one's row is of a longer run than this hub's
    only = [Result(diagnosis, trial, version, asked=version is better) for trial, version in found]
    again = page(only, language, before=whole).splitlines()
    changed = [line for line in again if line not in whole.splitlines()]
    assert len(again) == len(whole.splitlines())
    assert len(changed) == 1
    assert "0.911" in changed[0]


def test_what_came_to_nothing_here_loses_its_row(diagnosis: Scenario) -> None:
    version = measured(weighted={"together": {"roc_auc": 0.844}})
    whole = page([Result(diagnosis, a_trial(), version)], "en")
    assert "0.844" not in page([Result(diagnosis, a_trial(), None)], "en", before=whole)
