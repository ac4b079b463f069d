"""What a person typed and the hub refuses: at its field, with focus, and gone again; nothing is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from tests.browser.conftest import Opener
from tests.browser.test_accessibility import AXE, COMPLAINTS, RULES
from tests.factories.kinds import publish_kind
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]

ANSWER = "No compute node is running"  # what a good input is told where none runs: of no field


def address(version: ModelVersion) -> str:
    return f"{version.model.get_absolute_url()}?tab=try"


def expect_refused(page: Page, field: str, said: str) -> None:
    """In red below the field, told with it, and no answer beside it."""
    control = page.get_by_label(field)
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(control).to_have_accessible_description(re.compile(re.escape(said)))
    expect(page.locator(".field.is-invalid .error").filter(has_text=said)).to_be_visible()


@pytest.fixture
def wide(version: ModelVersion) -> ModelVersion:
    """A model whose first field has a name that no id could have."""
    version.preprocessing["fields"][0]["name"] = version.config["input"]["fields"][0] = "fixed acidity"
    version.save()
    return version


def test_bob_mends_a_row_where_it_is_wrong(wide: ModelVersion, bob: User, open_page: Opener) -> None:
    page = open_page(bob, address(wide))
    answer = page.locator("#answer")
    expect(answer).to_contain_text(ANSWER)
    first, second = page.get_by_label("fixed acidity"), page.get_by_label("x1")

    first.fill("sour")
    second.focus()  # the form is sent as it changes, and he who goes on is not called back
    expect_refused(page, "fixed acidity", "“sour” is not a number.")
    expect(answer).to_have_text("")
    expect(second).to_be_focused()
    expect(page.locator("#announcements")).to_have_text("“sour” is not a number.")

    second.fill("tall")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect_refused(page, "x1", "“tall” is not a number.")
    expect(first).to_be_focused()
    expect(first).to_have_value("sour")
    expect(page.locator(".field .error")).to_have_count(2)
    page.evaluate(AXE)
    assert page.evaluate(COMPLAINTS, RULES) == []

    page.get_by_role("button", name="Start again").click()
    expect(answer).to_contain_text(ANSWER)
    expect(page.locator(".is-invalid, .error, [aria-invalid]")).to_have_count(0)
    assert "error" not in (first.get_attribute("aria-describedby") or "")


def test_bob_keeps_the_picture_that_he_chose(job: TrainingJob, bob: User, open_page: Opener) -> None:
    page = open_page(bob, address(publish_kind(job, "boxes")))
    chosen, score = page.get_by_label("Picture file"), page.get_by_label("Least score")
    button = page.get_by_role("button", name="Find", exact=True)
    button.click()
    expect_refused(page, "Picture file", "This field is required.")
    expect(chosen).to_be_focused()

    score.fill("5")
    chosen.set_input_files({"name": "street.png", "mimeType": "image/png", "buffer": b"x"})
    expect_refused(page, "Least score", "Ensure this value is less than or equal to 1")
    expect(page.locator(".field .error")).to_have_count(1)
    score.fill("")
    score.press_sequentially("1e")  # a browser says that this is empty
    button.click()
    expect_refused(page, "Least score", "Enter a number.")
    expect(score).to_be_focused()
    assert chosen.evaluate("input => input.files[0].name") == "street.png"

    score.fill("0.5")
    button.click()
    expect(page.locator("#answer")).to_contain_text(ANSWER)
    expect(page.locator(".is-invalid, .error, [aria-invalid]")).to_have_count(0)


def test_bob_is_told_the_line_at_the_box_where_he_pasted(version: ModelVersion, bob: User, open_page: Opener) -> None:
    page = open_page(bob, address(version))
    box, button = page.get_by_label("Rows as CSV"), page.get_by_role("button", name="Predict these rows")
    button.click()
    expect(page.locator("#answers")).to_contain_text(ANSWER)
    box.fill("x0,x1\n1,2\n3,tall")
    button.click()
    expect_refused(page, "Rows as CSV", "Row 2, “x1”: “tall” is not a number.")
    expect(page.locator("#answers")).to_have_text("")
    expect(box).to_be_focused()
    expect(page.locator("#answer")).to_contain_text(ANSWER)  # the other form's

    box.fill("x0,x1\n1,2")
    button.click()
    expect(page.locator("#answers")).to_contain_text(ANSWER)
    page.route("**/predict/rows/", lambda route: route.fulfill(status=500))
    button.click()
    expect(page.locator(".toast")).to_contain_text("That did not work.")
    expect(page.locator("#answers")).to_have_text("")


def test_bobs_file_that_is_no_picture_is_told_below_the_pad(
    version: ModelVersion, bob: User, open_page: Opener
) -> None:
    version.preprocessing = {"kind": "image", "shape": [1, 28, 28], "fields": []}
    version.save()
    page = open_page(bob, address(version))
    file, refusal = page.locator("[data-draw-file]"), page.locator("[data-draw-refusal]")
    file.set_input_files({"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(refusal).to_have_text("The picture cannot be read; send a PNG or JPEG file.")
    expect(page.locator("canvas.pad-draw")).to_have_accessible_description(re.compile("cannot be read"))
    page.locator("canvas.pad-draw").hover(position={"x": 60, "y": 60})
    page.mouse.down()
    page.locator("canvas.pad-draw").hover(position={"x": 120, "y": 120})
    page.mouse.up()
    expect(refusal).to_contain_text(ANSWER)
    page.get_by_role("button", name="Clear").click()
    expect(refusal).to_be_hidden()
