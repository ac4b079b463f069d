"""Makes the pictures of the tour: `.venv/bin/python docs/tour/make.py [address of a running demo hub]`.

Without an address it starts a hub of its own by `manage.py quickstart` in a temporary folder and waits until both demo
jobs are published. The pictures kept here were made with Debian's chromium, fonts-inter and fonts-noto-cjk.
"""

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, ViewportSize, expect, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from bootstrap import browser as browsers  # noqa: E402 (found only now)

PASSWORD = "chainhub-demo"
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 780}
MOST = 3_000_000  # bytes of all pictures together
MINUTE = 60_000
NEW_NAME = {"en": "Patients, second export", "zh": "患者数据（第二次导出）"}
JOB_NAME = {"en": "With convolutions", "zh": "改用卷积网络"}
# A three, as parts of the pad's side.
STROKE = [(0.3, 0.25), (0.42, 0.17), (0.57, 0.17), (0.67, 0.28), (0.62, 0.41), (0.48, 0.48), (0.62, 0.53),
          (0.7, 0.66), (0.62, 0.79), (0.46, 0.84), (0.3, 0.76)]  # fmt: skip


class Tour:
    """The walk in one language."""

    def __init__(self, browser: Browser, address: str, language: str) -> None:
        self.browser, self.address, self.language = browser, address, language
        self.folder = HERE / "pictures" / language
        self.folder.mkdir(parents=True, exist_ok=True)
        self.contexts: dict[str, BrowserContext] = {}

    def context(self) -> BrowserContext:
        # Pages forbid foreign scripts and styles; waiting for a condition and hiding the scroll bar's place are such.
        made = self.browser.new_context(
            base_url=self.address, locale=LANGUAGES[self.language], viewport=DESKTOP, reduced_motion="reduce",
            color_scheme="light", bypass_csp=True,
        )  # fmt: skip
        made.set_default_timeout(MINUTE)
        return made

    def page_of(self, person: str, path: str) -> Page:
        """A page of somebody who is signed in."""
        if person not in self.contexts:
            self.contexts[person] = self.context()
            page = self.contexts[person].new_page()
            sign_in(page, person)
            page.close()
        page = self.contexts[person].new_page()
        page.goto(path)
        return page

    def snap(self, page: Page, name: str) -> None:
        """Photograph what is seen once everything on it has been drawn."""
        page.add_style_tag(content="html { scrollbar-gutter: auto !important }")
        page.wait_for_function(
            """() => document.fonts.status === "loaded" && [...document.querySelectorAll("figure[data-chart]")].every(
                 (each) => !each.offsetParent || each.querySelector(".chart-canvas").childElementCount)"""
        )
        page.wait_for_timeout(300)  # a layout that follows the drawn pictures
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        reduced(picture).save(self.folder / f"{name}.png", optimize=True)
        print(f"  {self.language}/{name}.png", flush=True)

    def show(
        self, person: str, path: str, name: str, *, at: str = "", scheme: Literal["light", "dark"] = "light"
    ) -> None:
        """A page as it stands, from the top or from an element on."""
        page = self.page_of(person, path)
        page.emulate_media(color_scheme=scheme)
        self.snap(page, name)
        page.close()

    def stills(self) -> None:
        """What the demo left."""
        entrance = self.context().new_page()
        entrance.goto("/accounts/login/")
        entrance.fill("[name=login]", "mei@demo.example")
        self.snap(entrance, "01-sign-in")
        together = self.first("mei", "/collaborations/")
        self.show("mei", together, "03-collaboration")
        self.show("anna", f"{self.first('anna', '/datasets/?scope=mine')}?tab=data", "04-dataset")
        self.show("mei", self.negotiation(), "17-terms")
        model, heart = self.first("mei", "/models/"), self.first("anna", "/models/")
        self.show("mei", self.job_of("mei", model), "09-result")
        self.show("anna", heart, "10-model")
        self.draw(f"{model}?tab=try")
        self.row(f"{heart}?tab=try")
        self.show("mei", f"{model}?tab=use", "13-use")
        self.show("anna", f"{heart}?tab=lineage", "14-lineage", scheme="dark")
        self.show("mei", "/audit/", "15-audit")
        self.register()

    def first(self, person: str, path: str, *, place: int = 0) -> str:
        """The address of the first thing in a list, or of the one at another place."""
        page = self.page_of(person, path)
        found = page.locator("main article .title a").nth(place).get_attribute("href") or ""
        page.close()
        return found.split("?")[0]

    def negotiation(self) -> str:
        """The counter-offer that waits for Lin Mei."""
        page = self.page_of("mei", "/access-requests/")
        found = page.locator("main table a").first.get_attribute("href") or ""
        page.close()
        return found

    def job_of(self, person: str, model: str) -> str:
        page = self.page_of(person, f"{model}?tab=lineage")
        found = page.locator("main a[href^='/jobs/']").first.get_attribute("href") or ""
        page.close()
        return found

    def draw(self, path: str) -> None:
        """A three with the mouse; the answer follows."""
        page = self.page_of("mei", path)
        pad = page.locator("canvas.pad-draw")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in STROKE]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y, steps=8)
        page.mouse.up()
        expect(page.locator("[data-draw-answers] .is-top")).to_contain_text("3", timeout=MINUTE)
        to_tabs(page)
        self.snap(page, "11-draw")
        page.close()

    def row(self, path: str) -> None:
        """A patient's findings in a form."""
        page = self.page_of("anna", path)
        number = page.locator("#answer .verdict .number")
        expect(number).to_have_text(re.compile(r"\w"), timeout=MINUTE)
        with page.expect_response(re.compile("predict")):
            page.locator("[name$=oldpeak]").fill("3")
            page.locator("[name$=oldpeak]").blur()
        expect(number).to_have_text(re.compile(r"\w"))
        to_tabs(page)
        self.snap(page, "12-row")
        page.close()

    def register(self) -> None:
        """Grace's own rows once more, as another program would export them: semicolons, UTF-16."""
        own = self.first("grace", "/datasets/?scope=mine", place=-1)  # the oldest
        page = self.page_of("grace", f"{own}?tab=versions")
        file = page.locator("a[download][href$='.csv']").first.get_attribute("href") or ""
        table = page.request.get(file).text().replace(",", ";").encode("utf-16")
        page.goto("/datasets/new/")
        upload: FilePayload = {"name": "patients.csv", "mimeType": "text/csv", "buffer": table}
        page.set_input_files("[data-upload] input[type=file]", upload)
        page.fill("[name=name]", NEW_NAME[self.language])
        page.locator("[data-upload-submit]:enabled").click()
        expect(page.locator("main table .mini").first).to_be_visible(timeout=2 * MINUTE)
        to_tabs(page)
        self.snap(page, "05-upload")
        page.close()

    def live(self) -> None:
        """One more job, by the form, photographed while it runs."""
        page = self.page_of("mei", f"/jobs/new/?collaboration={self.first('mei', '/collaborations/').split('/')[2]}")
        page.locator("[name=recipe][value=image-classification]").check()
        next_step(page, "versions")
        for box in page.locator("[name=versions]:visible:enabled").all():
            box.check()
        next_step(page, "target")
        next_step(page, "p-epochs")
        page.select_option("[name=p-network]", "cnn")
        page.fill("[name=p-epochs]", "30")
        page.locator("[name=p-epochs]").blur()
        expect(page.locator("[data-estimate] dl")).to_be_visible()
        page.evaluate("scrollTo(0, 0)")
        self.snap(page, "06-launch")
        next_step(page, "device")
        next_step(page, "name")
        page.fill("[name=name]", JOB_NAME[self.language])
        page.locator("#launch button[value=launch]").click()
        page.wait_for_url(re.compile(r"/jobs/\d+/$"))
        learnt = "document.querySelector('#state progress')?.position > 0.2"
        page.wait_for_function(learnt, timeout=2 * MINUTE)
        self.snap(page, "07-live")
        self.show("mei", "/", "02-overview")
        self.show("mei", "/compute/", "16-compute")
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="dark")
        page.locator("#curves").evaluate("(each) => each.scrollIntoView()")
        self.snap(page, "08-phone")
        page.locator("#state form[action$='/cancel/'] button").click()
        page.locator("dialog[open] .is-danger").click()
        expect(page.locator("#state progress")).to_have_count(0, timeout=MINUTE)


def reduced(picture: Image.Image) -> Image.Image:
    """With the 256 commonest colours as they are: white stays white, an organization keeps exactly its colour."""
    pixels = np.asarray(picture).astype(np.int32)
    codes = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    found, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    vivid = colours.max(axis=1) - colours.min(axis=1)  # a small swatch counts for more than a shade of grey
    kept = colours[np.argsort(-count * (8 + vivid))[:256]]
    nearest = np.abs(colours[:, None] - kept[None]).sum(axis=2).argmin(axis=1).astype(np.uint8)
    small = Image.fromarray(nearest[place].reshape(codes.shape)).convert("L")
    small.putpalette(kept.astype(np.uint8).tobytes())
    return small


def sign_in(page: Page, person: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", f"{person}@demo.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/")


def to_tabs(page: Page) -> None:
    """Past the head of a page."""
    page.locator("nav.tabs").evaluate("(each) => each.scrollIntoView()")


def next_step(page: Page, field: str) -> None:
    """To the step of the form that has this field."""
    page.locator("#launch button[value=next]").click()
    expect(page.locator(f"#launch [name={field}]:not([type=hidden])").first).to_be_attached(timeout=MINUTE)


@contextlib.contextmanager
def demo_hub() -> Iterator[str]:
    """The address of a hub of one's own on which both demo jobs have succeeded."""
    with tempfile.TemporaryDirectory(prefix="chainhub-tour-") as folder:
        command = [sys.executable, str(ROOT / "manage.py"), "quickstart", "--data", folder]
        hub = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        try:
            for line in hub.stdout or ():
                print(line, end="", flush=True)
                if found := re.search(r"Still open at (http\S+?)/?\s", line):
                    yield found[1]
                    return
            raise SystemExit("The hub did not open.")
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait()


def main() -> None:
    given = contextlib.nullcontext(sys.argv[1].rstrip("/")) if sys.argv[1:] else demo_hub()
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    browsers.lend_node()
    with given as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=["--disable-gpu", *root])
        tours = [Tour(browser, address, language) for language in LANGUAGES]
        for tour in tours:
            tour.stills()
        for tour in tours:  # only now: another job would stand in the other language's stills
            tour.live()
        browser.close()
    size = sum(picture.stat().st_size for picture in HERE.glob("pictures/*/*.png"))
    print(f"{size / 1e6:.1f} MB")
    if size > MOST:
        raise SystemExit("The pictures are too large to be kept.")


if __name__ == "__main__":
    main()
