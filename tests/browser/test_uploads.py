"""A real browser whose network breaks, whose tab is closed and whose hub is killed while it sends; and folders."""

import hashlib
import io
import random
import re
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from chainhub.accounts.models import User
from chainhub.datasets.models import DatasetVersion
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob, Upload
from chainhub.repositories.storage import open_blob
from chainhub.repositories.uploads import expire_uploads, incoming_of
from tests.cutting import CuttingRelay, amounts
from tests.running import RunningHub

SIZE = 8 * 2**20
CHOOSER = "[data-upload] .drop-zone input[type=file]"
STATE = ".drop-file:not(.is-earlier) .state"
SECONDS = 1000.0
# The line is cut twenty times, the hub killed five times, in an order of their own every time the seed changes.
ACTS = ["cut"] * 14 + ["offline"] * 3 + ["close"] * 3 + ["kill"] * 5


@pytest.fixture
def relay(running_hub: RunningHub) -> Iterator[CuttingRelay]:
    relay = CuttingRelay(running_hub.port)
    yield relay
    relay.close()


@pytest.fixture
def through(open_page: Callable[..., Page], relay: CuttingRelay) -> Callable[..., Page]:
    """A page that reaches the hub through the relay."""

    def opened(user: User, **options: Any) -> Page:
        return open_page(user, f"http://127.0.0.1:{relay.port}/datasets/new/", **options)

    return opened


@pytest.fixture
def table(tmp_path: Path) -> Path:
    chance = random.Random(5)
    path = tmp_path / "bearings.csv"
    lines = "".join(f"{chance.random():.9f},{chance.random():.9f},{chance.randint(0, 1)}\n" for _row in range(70_000))
    path.write_text(("a,b,worn\n" + lines * 5)[: SIZE - 1] + "\n")
    return path


class Person:
    """Uploads a file, whatever happens."""

    def __init__(self, page: Page, hub: RunningHub, relay: CuttingRelay, file: Path) -> None:
        self.page, self.hub, self.relay, self.file = page, hub, relay, file
        page.set_input_files(CHOOSER, file)

    def suffer(self, acts: list[str], sizes: list[int]) -> None:
        self.relay.follow([(size, act != "cut") for act, size in zip(acts, sizes, strict=True)])
        for number, act in enumerate(acts, 1):
            self._until(number)
            if act != "cut":
                getattr(self, act)()

    def offline(self) -> None:
        context = self.page.context
        context.set_offline(True)
        self.relay.release()
        expect(self.page.locator(STATE)).to_contain_text("The connection was lost")
        context.set_offline(False)

    def close(self) -> None:
        context, address = self.page.context, self.page.url
        self.page.close()
        self.relay.release()
        self.page = context.new_page()
        self.page.goto(address)  # the hub is asked what arrived of the file
        earlier = self.page.locator(".drop-file.is-earlier")
        expect(earlier).to_contain_text(self.file.name)
        self.page.set_input_files(CHOOSER, self.file)
        expect(earlier).to_have_count(0)

    def kill(self) -> None:
        """By SIGKILL, with whatever the process has started."""
        self.hub.web.kill()
        self.relay.release()  # the next request may already wait at the door for the one who will open
        self.hub.start_web()

    def _until(self, number: int) -> None:
        """Wait as Playwright must: its own events come only while it is asked."""
        for _try in range(400):
            if self.relay.interruptions >= number:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"interruption {number} never came: {self.page.locator(STATE).text_content()}")


@pytest.mark.slow
def test_twenty_cuts_and_five_kills(
    running_hub: RunningHub, through: Callable[..., Page], relay: CuttingRelay, table: Path, alice: User
) -> None:
    """Alice's train goes through tunnels, she closes the tab by mistake, and the hub is restarted meanwhile."""
    chance = random.Random(21)
    acts = chance.sample(ACTS, len(ACTS))
    person = Person(through(alice), running_hub, relay, table)
    person.suffer(acts, amounts(chance, SIZE, len(acts)))
    page = person.page
    expect(page.locator(".drop-file.is-done")).to_have_count(1, timeout=90 * SECONDS)
    upload = Upload.objects.select_related("blob").get()  # none was begun anew
    assert upload.blob is not None
    assert upload.blob.sha256 == hashlib.sha256(table.read_bytes()).hexdigest()
    with open_blob(upload.blob) as stored:
        assert stored.read() == table.read_bytes()

    page.fill("[name=name]", "Bearings")
    page.locator("[data-upload-submit]").click()
    page.wait_for_url("**/datasets/anvil/bearings/**")
    assert DatasetVersion.objects.get().upload == upload
    page.goto("/datasets/new/")
    page.set_input_files(CHOOSER, table)  # the same file again is another upload, since that one is used
    expect(page.locator(".drop-file.is-done")).to_have_count(1, timeout=90 * SECONDS)
    assert Upload.objects.count() == 2
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_uploads() == 1  # that other one, of which nothing was made
    assert Upload.objects.get() == upload
    assert Blob.objects.get() == upload.blob
    assert not any(incoming_of(upload).path.parent.iterdir())


def test_a_folder_is_one_dataset_and_files_can_be_paused(
    running_hub: RunningHub, through: Callable[..., Page], relay: CuttingRelay, table: Path, tmp_path: Path,
    alice: User, anvil: Organization,
) -> None:  # fmt: skip
    """By keyboard and by what a screen reader hears."""
    folder = tmp_path / "texts"
    long = "a-rather-long-name-" * 8
    texts = {"good/a.txt": "it works", f"good/{long}.txt": "long", "bad/数据.txt": "坏了", "bad/.DS_Store": "x"}
    for path, words in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(words)
    page = through(alice)
    page.set_input_files("input[webkitdirectory]", folder)
    expect(page.locator(".drop-file.is-done .name")).to_have_text("texts.tar · 3 files")
    upload = Upload.objects.select_related("blob").get()
    assert upload.blob is not None
    with open_blob(upload.blob) as stored, tarfile.open(fileobj=io.BytesIO(stored.read())) as archive:
        inside = {one.name: archive.extractfile(one).read().decode() for one in archive}  # type: ignore[union-attr]
    assert inside == {f"texts/{path}": words for path, words in texts.items() if "DS_Store" not in path}

    relay.hold_after(2_000_000)
    page.set_input_files(CHOOSER, table)
    expect(page.locator(".drop-total .state")).to_contain_text("1 of 2 uploaded")
    page.get_by_role("button", name="Pause bearings.csv").press("Enter")  # at once: not even its place is known
    expect(page.locator("[data-upload] [aria-live]")).to_contain_text("bearings.csv: Paused at")
    assert page.locator("[data-upload-submit]").is_disabled()
    relay.follow([])  # nothing is in the way any more
    page.get_by_role("button", name="Resume bearings.csv").press("Enter")
    expect(page.locator(".drop-total .state")).to_have_text(re.compile("All 2 uploaded"))
    assert page.locator("[data-upload-submit]").is_enabled()
    page.get_by_role("button", name="Remove texts.tar").press("Enter")
    expect(page.locator(".drop-file")).to_have_count(1)
    expect(page.locator(CHOOSER)).to_be_focused()
    assert Upload.objects.get().filename == "bearings.csv"


def test_a_full_organization_is_told_in_the_list(
    running_hub: RunningHub, through: Callable[..., Page], table: Path, alice: User, anvil: Organization
) -> None:
    Organization.objects.filter(pk=anvil.pk).update(quota_bytes=1_000_000)
    page = through(alice, locale="zh-CN")
    page.set_input_files(CHOOSER, table)
    expect(page.locator(".drop-file.is-failed .state")).to_contain_text("存储配额为 1 MB")
    assert not Upload.objects.exists()
    Organization.objects.filter(pk=anvil.pk).update(quota_bytes=None)
    page.get_by_role("button", name="重试 bearings.csv").click()
    expect(page.locator(".drop-file.is-done")).to_have_count(1, timeout=90 * SECONDS)
