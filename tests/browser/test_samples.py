"""What one click tries: tiny models, really trained, answer by a real worker, or say at the field why not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.nodes.models import ComputeNode
from chainhub.organizations.models import Organization
from tests.browser.conftest import Opener
from tests.factories import jobs as make
from tests.factories.models import publish
from tests.hub.jobs.conftest import ours, theirs
from tests.process.conftest import until
from tests.running import RunningHub
from tests.web.test_trying_trained import trained

__all__ = ["ours", "theirs"]

SECONDS = 1000.0
Trained = Callable[[str], str]


@pytest.fixture
def page_of(
    running_hub: RunningHub,
    tmp_path: Path,
    alice: User,
    anvil: Organization,
    alliance: Collaboration,
    ours: DatasetVersion,
    theirs: DatasetVersion,
) -> Trained:
    """`page_of("timeseries")` is the address where a tiny model of that recipe, trained now, is tried."""

    def address(recipe: str) -> str:
        job = make.make_job(alice, anvil, alliance, [ours, theirs], title=recipe)
        TrainingJob.objects.filter(pk=job.pk).update(recipe=recipe)
        job.refresh_from_db()
        folder = tmp_path / recipe
        folder.mkdir()
        left = trained(folder, recipe)
        version = publish(job, leave=left, found=json.loads(left["evaluation.json"]))
        return f"{version.model.get_absolute_url()}?tab=try"

    return address


def test_bob_clicks_examples(running_hub: RunningHub, page_of: Trained, bob: User, open_page: Opener) -> None:
    """A picture comes back without its noise, a series goes on in a chart; and neither page complains."""
    restoring, forecasting = page_of("image-denoising"), page_of("timeseries")
    running_hub.start_worker()
    until(lambda: ComputeNode.objects.present().filter(queues__queue="system").exists(), 60, what="a worker's coming")
    page = open_page(bob, restoring)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.locator("button[name=sample]").nth(1).click()
    pictures = page.locator("#answer .compared img")
    expect(pictures).to_have_count(2, timeout=90 * SECONDS)
    assert all(picture.evaluate("image => image.naturalWidth > 0") for picture in pictures.all())

    page.goto(forecasting)
    example = page.locator("button[data-fill]").first
    values = page.locator("form [name=values]")
    expect(values).to_have_value("")
    example.click()
    assert values.input_value() == json.loads(example.get_attribute("data-fill") or "{}")["values"]
    chart = page.locator("#answer figure[data-chart] svg").first
    expect(chart).to_be_visible(timeout=90 * SECONDS)

    values.fill("1, 2")
    page.locator("form:has([name=values]) button.is-primary").click()
    expect(page.locator(".field.is-invalid .error")).to_contain_text("needs 7 values")
    expect(page.locator("#answer")).to_have_text("")
    expect(values).to_be_focused()
    expect(values).to_have_value("1, 2")
    example.click()
    expect(chart).to_be_visible()
    expect(page.locator(".is-invalid, .error, [aria-invalid]")).to_have_count(0)
    assert not errors, "\n".join(errors)
