"""Which browser the tests drive: one the machine has, or Playwright's own."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")


def find() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    if (named := os.environ.get("CHROMIUM")) and Path(named).exists():
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    caches = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), "~/.cache/ms-playwright", "~/Library/Caches/ms-playwright"]
    for cache in filter(None, caches):
        for pattern in PLAYWRIGHT:
            for own in sorted(Path(cache).expanduser().glob(pattern), reverse=True):
                return str(own)
    return None
