"""Which browser the tests drive: one the machine has, or Playwright's own; and with which Node.js."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from bootstrap import frontend

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


def lend_node() -> None:
    """Where Playwright's own Node.js does not start (it needs libatomic, a small Debian has none), lend it ours."""
    found = importlib.util.find_spec("playwright")
    if found is None or found.origin is None or os.environ.get("PLAYWRIGHT_NODEJS_PATH"):
        return
    own = Path(found.origin).parent / "driver" / "node"
    if not _starts(own) and (ours := frontend.find_node()):
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = ours


def _starts(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
