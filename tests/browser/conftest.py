"""What browser tests share: the machine's Chromium, a running hub, and people who are signed in."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bootstrap import browser as browsers
from tests.running import RunningHub, hub_environment, running_hub

__all__ = ["hub_environment", "running_hub"]

# Playwright's synchronous door keeps an event loop in this thread; Django would refuse the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 60_000  # milliseconds for a page or a sight: other work on the machine makes nothing wrong
expect.set_options(timeout=PATIENCE)
Opener = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session", autouse=True)
def node_that_starts() -> None:
    browsers.lend_node()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = browsers.find()
    if path is None:
        pytest.fail("No Chromium or Chrome was found: install one, or name it in CHROMIUM.")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": path, "args": [*QUIET, *root]}


@pytest.fixture
def open_page(running_hub: RunningHub, browser: Browser) -> Iterator[Opener]:
    """`open_page(alice, "/jobs/", locale="zh-CN")` is a page of a browser of her own, in which she is signed in."""
    contexts: list[BrowserContext] = []

    def opened(user: Any, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=running_hub.address, **{"locale": "en-US", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            key = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": django_settings.SESSION_COOKIE_NAME, "value": key, "url": running_hub.address}]
            )
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
