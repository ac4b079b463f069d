"""Nobody is kept out: axe-core finds nothing to complain of on any main page, in both themes, and a phone shows all."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization
from chainhub.registry.models import ModelVersion
from tests.browser.conftest import Opener
from tests.factories import datasets, jobs, models
from tests.factories.bases import make_base

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COMPLAINTS = """async (rules) => (await axe.run(document, {runOnly: rules})).violations.flatMap(
  ({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DRAWN = """[...document.querySelectorAll("figure[data-chart]")].every(
  (figure) => !figure.offsetParent || figure.querySelector(".chart-canvas").childElementCount)"""

SIGNED_OUT = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
LISTS = [
    "/", "/collaborations/", "/datasets/", "/jobs/", "/models/", "/scenarios/", "/organizations/", "/compute/",
    "/inbox/", "/audit/", "/search/?q=a", "/me/", "/me/tokens/", "/accounts/password/change/", "/accounts/sessions/",
]  # fmt: skip
FORMS = [
    "/collaborations/new/",
    "/datasets/new/",
    "/datasets/reference/",
    "/jobs/new/",
    "/organizations/new/",
    "/organizations/anvil/edit/",
]
BASES = ["/models/?show=base", "/bases/anvil/small/", "/bases/anvil/writer/"]
JOB_TABS = ["", "?tab=log", "?tab=settings", "?tab=runs"]
MODEL_TABS = [
    "", "&tab=explanation", "&tab=try", "&tab=use", "&tab=card", "&tab=files", "&tab=lineage", "&tab=versions",
]  # fmt: skip
DATASET_TABS = ["", "?tab=data", "?tab=rows", "?tab=versions", "?tab=use", "?tab=reads", "?tab=trained"]


@pytest.fixture
def version(alice: User, dora: User, anvil: Organization, borealis: Organization, alliance: Collaboration) -> Any:
    """Anvil and Borealis have trained a model together; Anvil has base models."""
    make_base(anvil, alice)
    make_base(anvil, alice, slug="writer", task="language")
    found = []
    for person, organization in ((alice, anvil), (dora, borealis)):
        dataset = datasets.registered_csv(person, organization, name="Bearings")
        datasets.granted(dataset, alliance, person)
        found.append(dataset.versions.get())
    job = jobs.make_job(alice, anvil, alliance, found, target="sick")
    return models.publish(job)


def addresses(version: ModelVersion) -> list[str]:
    """Every main page with something on it."""
    job = version.job.get_absolute_url()
    together = version.model.collaboration.get_absolute_url()
    return [
        *LISTS,
        *FORMS,
        *BASES,
        together,
        f"{together}agreement/",
        "/organizations/anvil/",
        "/scenarios/visual-inspection/",
        *(f"{job}{tab}" for tab in JOB_TABS),
        *(f"{version.get_absolute_url()}{tab}" for tab in MODEL_TABS),
        *(f"/datasets/anvil/bearings/{tab}" for tab in (*DATASET_TABS, "edit/")),
    ]


def wait_for_charts(page: Page) -> None:
    """Pictures are drawn by scripts that load when needed; the page forbids `eval`, so no wait_for_function."""
    for _try in range(100):
        if page.evaluate(DRAWN):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"The charts of {page.url} were not drawn.")


def complaints(page: Page, path: str) -> list[str]:
    """What axe-core and a phone's width find on a page."""
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(path)
    assert answer is not None, path
    assert answer.ok, f"{path}: {answer.status}"
    wait_for_charts(page)
    page.evaluate(AXE)
    found: list[str] = page.evaluate(COMPLAINTS, RULES)
    page.set_viewport_size({"width": 360, "height": 780})
    for _try in range(40):  # charts are drawn anew once the width has changed
        if page.evaluate(OVERFLOW) <= 0:
            break
        page.wait_for_timeout(50)
    else:
        found.append("wider than a phone")
    return [f"{path} {one}" for one in found]


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
def test_alice_meets_no_obstacle(
    scheme: str, locale: str, alice: User, version: ModelVersion, open_page: Opener
) -> None:
    """Contrast, names, targets, structure; and nothing sticks out of a phone."""
    how = {"color_scheme": scheme, "locale": locale, "reduced_motion": "reduce"}
    stranger, page = open_page(None, "/health", **how), open_page(alice, "/health", **how)
    found = [one for path in SIGNED_OUT for one in complaints(stranger, path)]
    found += [one for path in addresses(version) for one in complaints(page, path)]
    assert not found, "\n".join(found)
