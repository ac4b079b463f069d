"""Where terms permit only so many jobs, the launch form and the API say how many are left."""

from typing import Any

import pytest

from chainhub.policies.services import grant_on_terms
from chainhub.policies.terms import Terms
from tests.factories import jobs as make
from tests.hub.jobs.conftest import ours, theirs
from tests.web.test_jobs import LAUNCH, Browse, said, words

__all__ = ["ours", "said", "theirs"]

DATA = {"seen": ["goal"], "step": "recipe"}  # which leads to the step of the data
REVIEW = {"step": "compute"}


@pytest.fixture
def limited(theirs: Any, alliance: Any, dora: Any, said: Any) -> Any:
    """Dora's data, for three jobs."""
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(max_jobs=3))
    return theirs


def left_by_api(browser: Any, alliance: Any) -> dict[str, int | None]:
    found = browser.get(f"/api/v1/jobs/candidates/?collaboration={alliance.slug}&recipe=tabular").json()
    return {one["dataset"].split("/")[0]: one["jobs_left"] for one in found}


def test_the_launch_form_says_how_many_jobs_are_left(
    browse: Browse, alice: Any, anvil: Any, alliance: Any, said: Any, limited: Any
) -> None:
    browser = browse(alice)
    reviewed = (
        "its terms permit 3 more jobs, this one included", "its terms permit 2 more jobs, this one included",
        "this is the last job that its terms permit",
    )  # fmt: skip
    for left, review in zip((3, 2, 1), reviewed, strict=True):
        page = words(browser.post(LAUNCH, {**said, **DATA}))
        assert page.count("left</span>") == 1, "of the other any number may be launched"
        assert (f"{left} jobs left" if left > 1 else "1 job left") in page
        page = words(browser.post(LAUNCH, {**said, **REVIEW}))
        assert "Name it" in page
        assert f"“{limited.dataset.name}”: {review}" in page
        assert left_by_api(browser, alliance) == {"anvil": None, "borealis": left}
        make.make_job(alice, anvil, alliance, [limited])
    page = words(browser.post(LAUNCH, {**said, **DATA}))
    assert "left</span>" not in page
    assert "Its terms permit 3 jobs, and all have been launched." in page
    assert left_by_api(browser, alliance) == {"anvil": None, "borealis": 0}


def test_it_says_so_in_chinese(browse: Browse, alice: Any, said: Any, limited: Any) -> None:
    browser, chinese = browse(alice), {"accept-language": "zh-hans"}
    assert "还可用于3个任务" in words(browser.post(LAUNCH, {**said, **DATA}, headers=chinese))
    assert "其条款还允许3个任务（含本任务）" in words(browser.post(LAUNCH, {**said, **REVIEW}, headers=chinese))
