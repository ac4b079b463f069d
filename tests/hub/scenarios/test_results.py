"""The table of the scenarios says what was measured, and says no where others are better."""

from dataclasses import replace

import pytest

from chainhub.registry.models import ModelVersion
from chainhub.scenarios.catalogue import Baseline, Scenario, Trial, scenario
from chainhub.scenarios.markdown import shown
from chainhub.scenarios.partners import partner_name
from chainhub.scenarios.report import page
from chainhub.scenarios.results import Result


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
        own = {"name": partner_name(site), "own": {"together": {"map_40": {"value": value}}}}
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


def told(name: str, alone: float | None, together: float, rows: tuple[int, int] = (1304, 26)) -> dict[str, object]:
    series = {"together": together} if alone is None else {"alone": alone, "together": together}
    own = {key: {"roc_auc": {"value": value}} for key, value in series.items()}
    return {"organization": "a", "name": name, "rows": dict(zip(("train", "test"), rows, strict=True)), "own": own}


def own_rows(text: str, heading: str = "Each organization's own rows") -> list[str]:
    return [line for line in text.partition(f"## {heading}\n")[2].splitlines() if line.startswith("| ")][2:]


def test_every_organization_reads_what_it_reached_alone_and_what_together(diagnosis: Scenario) -> None:
    site = a_trial().data.parts[0]
    version = measured(organizations=[told(partner_name(site), 0.79, 0.844), told("Elsewhere", None, 0.9, (1, 2))])
    results = [Result(diagnosis, a_trial(), version)]
    named = "| Disease diagnosis | Hearts |"
    assert own_rows(page(results, "en")) == [
        f"{named} {site.organization} | 1,304 | 26 | ROC AUC | 0.790 | **0.844** |",
        f"{named} Elsewhere | 1 | 2 | ROC AUC | – | 0.900 |",
    ]
    chinese = own_rows(page(results, "zh-hans"), "各机构自己的数据行")
    assert f"| {site.organization_zh} |" in chinese[0]


@pytest.mark.parametrize(
    ("metric", "alone", "together", "cells"),
    [
        ("roc_auc", 0.9, 0.8, "**0.900** | 0.800"),
        ("roc_auc", 0.8001, 0.8002, "0.800 | 0.800"),
        ("log_loss", 0.3, 0.4, "**0.300** | 0.400"),
    ],
)
def test_the_better_one_is_bold_also_where_it_is_the_one_alone(
    diagnosis: Scenario, metric: str, alone: float, together: float, cells: str
) -> None:
    entry = told("Elsewhere", alone, together)
    entry["own"] = {"alone": {metric: {"value": alone}}, "together": {metric: {"value": together}}}
    result = Result(diagnosis, a_trial(metric=metric), measured(organizations=[entry]))
    assert own_rows(page([result], "en"))[0].endswith(f"| {cells} |")


@pytest.mark.parametrize(
    ("value", "told_as"),
    [
        (None, "–"),
        (0.9, "0.900"),
        (-0.0141, "-0.014"),
        (1, "1.00"),
        (29.96, "30.0"),
        (186.4, "186"),
        (0.9996, "1.00"),
        (1234.5, "1,230"),
    ],
)
def test_numbers_stand_in_three_digits(value: float | None, told_as: str) -> None:
    assert shown(value) == told_as


def test_what_was_written_is_told_of_every_organization(diagnosis: Scenario) -> None:
    """With as many rows as it was written for."""
    parts = [{"organization": "a", "rows": 11, "scores": {"chrf": {"value": 48.8}}}]
    version = measured(organizations=[told("Elsewhere", None, 0.9)], written={"chrf": 46.7, "organizations": parts})
    result = Result(diagnosis, a_trial(metric="chrf"), version)
    assert own_rows(page([result], "en"))[0].endswith("| Elsewhere | 1,304 | 11 | chrF | – | 48.8 |")


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Each organization's own rows"), ("zh-hans", "各机构自己的数据行")]
)
def test_organizations_of_examples_that_were_not_run_again_keep_their_lines(
    diagnosis: Scenario, language: str, heading: str
) -> None:
    trials = [a_trial(), replace(a_trial(), title="Hearts again")]
    old = measured(organizations=[told("North", 0.7, 0.8), told("South", 0.6, 0.75)])
    whole = page([Result(diagnosis, trial, old) for trial in trials], language)
    new = measured(organizations=[told("North", 0.7, 0.91)])
    again = page(
        [Result(diagnosis, trials[0], new), Result(diagnosis, trials[1], None, asked=False)], language, before=whole
    )
    assert len(own_rows(whole, heading)) == 4
    assert own_rows(again, heading)[1:] == own_rows(whole, heading)[2:]
    assert "**0.910**" in own_rows(again, heading)[0]


def test_who_was_not_learnt_from_is_not_said_to_have_been(diagnosis: Scenario) -> None:
    """Where a model of the others is tried on each, nothing was learnt from its rows."""
    version = measured(organizations=[told("Elsewhere", None, 0.9)], split={"kind": "organization"})
    line = own_rows(page([Result(diagnosis, a_trial(), version)], "en"))[0]
    assert line.endswith("| Elsewhere | – | 26 | ROC AUC | – | 0.900 |")
