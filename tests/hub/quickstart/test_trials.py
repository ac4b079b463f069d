"""`manage.py scenarios`: what is named is run, and a name that nothing has is said before anything begins."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.jobs.models import Status, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.quickstart import trials
from chainhub.quickstart.hub import HubError
from chainhub.scenarios.examples import Example
from chainhub.scenarios.making import launch_example
from tests.factories.models import publish
from tests.hub.scenarios.test_examples import heart

__all__ = ["heart"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("only", [["heart"], ["credit-scoring", "heart"], ["credit-scoring/mars"]])
def test_a_name_that_no_scenario_has_is_said(only: list[str]) -> None:
    """One that is written wrong among others, too."""
    options = argparse.Namespace(only=only, docs="/nowhere")
    with pytest.raises(HubError, match=f"No scenario is called “{only[-1]}”"):
        trials._train(options, hub=None)  # type: ignore[arg-type]  # nothing is asked of it
    assert not TrainingJob.objects.exists()


def test_scenarios_and_single_examples_are_named() -> None:
    every = trials._examples()

    def chosen(*only: str) -> set[str]:
        return {f"{one.scenario.slug}/{one.trial.slug}" for one in every if trials._is_wanted(one, list(only))}

    assert chosen("credit-scoring/loans", "process-quality") == {"credit-scoring/loans", "process-quality/steel"}
    assert len(chosen()) == len(every)


def test_begun_again_it_has_the_same_organization(db: Any) -> None:
    assert {one.organization for one in trials._examples()} == {one.organization for one in trials._examples()}
    assert Organization.objects.count() == 1


@pytest.fixture
def ours(heart: Example) -> Example:
    """The command's own example of the heart data, a few patients of it."""
    wanted = (heart.scenario.slug, heart.trial.slug)
    return next(one for one in trials._examples() if (one.scenario.slug, one.trial.slug) == wanted)


def run(docs: Path, *only: str) -> int:
    options = argparse.Namespace(only=list(only), docs=docs)
    return trials._train(options, hub=None)  # type: ignore[arg-type]  # nothing waits, so nothing is looked after


def test_stopped_and_begun_again_it_launches_nothing_twice(ours: Example, tmp_path: Path) -> None:
    """Killed after its job had been launched, and again after it was published."""
    job = launch_example(ours, actor=User.objects.get(email=trials.DIRECTOR))
    publish(job)
    standing = "".join(f"| {one.scenario.title} | {one.trial.title} | as it was |\n" for one in trials._examples())
    (tmp_path / "scenarios.md").write_text(standing)
    for _time in range(2):
        assert run(tmp_path, "disease-diagnosis/heart") == 0
    assert TrainingJob.objects.get() == job
    rows = [line for line in (tmp_path / "scenarios.md").read_text().splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(trials._examples())
    assert [row for row in rows if "as it was" not in row] == [row for row in rows if "920 patients" in row]
    assert "920" in (tmp_path / "scenarios.zh.md").read_text()


def test_a_folder_for_the_pages_is_made_before_anything_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAINHUB_DATA", "")
    monkeypatch.setattr(trials, "end_when_asked", lambda: None)
    asked: list[Path] = []
    monkeypatch.setattr(trials, "_run", lambda options, _data, _note: asked.append(options.docs) or 0)  # type: ignore[func-returns-value]
    where = ["--data", str(tmp_path / "data"), "--docs"]
    assert trials.scenarios([*where, str(tmp_path / "new" / "docs")]) == 0
    assert asked == [tmp_path / "new" / "docs"]
    assert asked[0].is_dir()
    (tmp_path / "file").write_text("")
    assert trials.scenarios([*where, str(tmp_path / "file")]) == 1
    assert len(asked) == 1
    assert "No pages can be written into" in capsys.readouterr().out


def test_one_that_comes_to_nothing_is_told_and_the_table_says_not_run(
    ours: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = launch_example(ours, actor=User.objects.get(email=trials.DIRECTOR))
    monkeypatch.setattr(trials, "LOOK", 0)
    hub = argparse.Namespace(look_after=lambda: TrainingJob.objects.filter(pk=job.pk).update(status=Status.FAILED))
    options = argparse.Namespace(only=["disease-diagnosis/heart"], docs=tmp_path)
    assert trials._train(options, hub=hub) == 1  # type: ignore[arg-type]  # all that is asked of it
    assert "✗" in capsys.readouterr().out
    assert "not run" in next(one for one in (tmp_path / "scenarios.md").read_text().splitlines() if "920 pat" in one)
