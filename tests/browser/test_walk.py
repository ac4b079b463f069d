"""The main path, as two strangers walk it in real browsers: from signing up to trying the model that they made."""

import hashlib
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.running import RunningHub

WORDS = {
    "en-US": {"lang": "en", "succeeded": "Succeeded", "pending": "Pending approval"},
    "zh-CN": {"lang": "zh-hans", "succeeded": "成功", "pending": "待审批"},
}
SECONDS = 1000.0
GOAL = "Find worn bearings before they stop a line."


def readings(path: Path, *, seed: int, rows: int = 160) -> Path:
    """A bearing's temperature and vibration, and whether it was worn when opened."""
    chance = random.Random(seed)
    lines = ["temperature,vibration,maker,worn"]
    for _row in range(rows):
        temperature, vibration = chance.gauss(60, 10), chance.gauss(3, 1)
        worn = temperature / 10 + 2 * vibration + chance.gauss(0, 1) > 12
        lines.append(f"{temperature:.1f},{vibration:.2f},{chance.choice('ABC')},{'yes' if worn else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path


class Visitor:
    """A person with a browser of their own."""

    def __init__(self, page: Page, name: str, organization: str, stage: str) -> None:
        self.page, self.name, self.organization, self.stage = page, name, organization, stage

    @property
    def slug(self) -> str:
        return self.organization.split()[0].lower()

    def submit(self) -> None:
        self.page.locator("main form .form-foot button.is-primary").click()

    def sign_up(self) -> None:
        self.page.goto("/accounts/signup/")
        self.page.fill("[name=name]", self.name)
        self.page.fill("[name=email]", f"{self.name.lower()}@walk.example")
        self.page.fill("[name=password1]", "a long enough password")
        self.page.locator("form[action*=signup] button.is-primary").click()
        self.page.wait_for_url("**/")

    def open_organization(self) -> None:
        self.page.goto("/organizations/new/")
        self.page.fill("[name=name]", self.organization)
        self.page.fill("[name=short_name]", self.organization.split()[0])
        self.page.select_option("[name=stage]", self.stage)
        self.submit()
        self.page.wait_for_url(f"**/organizations/{self.slug}/**")

    def invite(self, partner: "Visitor") -> None:
        self.page.goto("/collaborations/new/")
        self.page.fill("[name=name]", "Worn bearings")
        self.page.fill("[name=goal]", GOAL)
        self.page.get_by_label(partner.organization).check()
        self.submit()
        self.page.wait_for_url("**/collaborations/worn-bearings/**")

    def accept(self) -> None:
        self.page.goto("/inbox/")
        self.page.locator(".is-decision a.is-primary").click()
        self.page.locator("#decide [name=read]").check()
        self.page.locator("#decide button.is-primary").click()
        self.page.wait_for_url("**/collaborations/worn-bearings/**")

    def register(self, file: Path) -> None:
        self.page.goto("/datasets/new/")
        self.page.set_input_files("[data-upload] input[type=file]", file)
        expect(self.page.locator("input[type=hidden][name=upload]")).not_to_have_value("")
        self.page.fill("[name=name]", f"Bearings of {self.name}")
        self.page.locator("[data-upload-submit]").click()
        self.page.wait_for_url(f"**/datasets/{self.slug}/**")
        # What inspection found appears by itself.
        expect(self.page.locator("main table")).to_contain_text("vibration", timeout=90 * SECONDS)

    def grant(self, *, ask_me: bool) -> None:
        self.page.goto(f"/datasets/{self.slug}/bearings-of-{self.name.lower()}/?tab=use")
        if ask_me:
            self.page.locator("#grants [name=needs_approval]").check()
        self.page.locator("#grants button.is-primary").click()
        expect(self.page.locator("#grants .badge.is-good")).to_be_visible()

    def launch(self) -> str:
        page = self.page
        page.goto("/jobs/new/?collaboration=worn-bearings")
        page.locator("[name=recipe][value=tabular]").check()
        self.go_on("versions")
        for box in page.locator("[name=versions]:visible").all():
            box.check()
        self.go_on("target")
        page.select_option("[name=target]", "worn")
        self.go_on("p-epochs")
        page.fill("[name=p-epochs]", "12")
        self.go_on("device")
        self.go_on("name")
        page.locator("#launch button[value=launch]").click()
        page.wait_for_url(re.compile(r"/jobs/\d+/$"))
        return page.url

    def go_on(self, field: str) -> None:
        """To the next step, which has this field."""
        self.page.locator("#launch button[value=next]").click()
        expect(self.page.locator(f"#launch [name={field}]:not([type=hidden])").first).to_be_attached()

    def approve(self) -> None:
        self.page.goto("/inbox/")
        self.page.locator(".is-decision button[value=approve]").click()
        expect(self.page.locator(".is-decision")).to_have_count(0)

    def try_the_model(self) -> None:
        page = self.page
        page.goto("/models/")
        page.locator("main article a").first.click()
        page.goto(page.url.split("?")[0] + "?tab=try")
        expect(page.locator("#answer .verdict .number")).to_have_text(re.compile("yes|no"), timeout=90 * SECONDS)
        page.fill("[name=vibration], [name$=vibration]", "9.5")
        page.locator("#answer").locator("..").locator("button.is-primary").click()
        expect(page.locator("#answer .verdict .number")).to_have_text("yes")

    def download(self) -> None:
        page = self.page
        page.goto(page.url.split("?")[0] + "?tab=files")
        row = page.locator("tr", has_text="model.safetensors")
        stated = row.locator("[data-copy]").first.get_attribute("data-copy")
        with page.expect_download() as download:
            row.locator("a[download]").click()
        assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == stated


def complain(message: ConsoleMessage, errors: list[str]) -> None:
    """Keep an error of the console; a request that a newer one or a click elsewhere overtook is none."""
    if message.type == "error" and not message.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
        errors.append(f"{message.location['url']} {message.text}")


@pytest.mark.parametrize("locale", WORDS)
def test_two_organizations_train_a_model_together(
    locale: str, running_hub: RunningHub, browser: Browser, tmp_path: Path
) -> None:
    """Anna and Ben meet on the hub, share data under terms, train, and each of them has the model."""
    running_hub.start_worker()
    words = WORDS[locale]
    pages = [browser.new_context(base_url=running_hub.address, locale=locale).new_page() for _ in range(2)]
    errors: list[str] = []
    for page in pages:
        page.set_default_timeout(60 * SECONDS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: complain(message, errors))
    anna = Visitor(pages[0], "Anna", "Altmann Bearings", "upstream")
    ben = Visitor(pages[1], "Ben", "Borg Machines", "midstream")

    for seed, visitor in enumerate((anna, ben)):
        visitor.sign_up()
        visitor.open_organization()
        visitor.register(readings(tmp_path / f"{visitor.name}.csv", seed=seed))
    expect(anna.page.locator("html")).to_have_attribute("lang", re.compile(words["lang"], re.IGNORECASE))
    anna.invite(ben)
    ben.accept()
    anna.grant(ask_me=False)
    ben.grant(ask_me=True)

    job = anna.launch()
    expect(anna.page.locator("#state")).to_contain_text(words["pending"])
    ben.approve()
    ben.page.goto(job)
    for visitor in (anna, ben):  # neither page is loaded again: the job comes to its end before their eyes
        expect(visitor.page.locator("#state .badge").first).to_contain_text(words["succeeded"], timeout=180 * SECONDS)
        expect(visitor.page.locator("#overview svg.intervals").first).to_be_visible()  # with its numbers, not empty

    for visitor in (anna, ben):
        visitor.try_the_model()
        visitor.download()
    assert not errors, "\n".join(errors)
    for page in pages:
        page.context.close()
