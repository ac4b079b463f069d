"""Which browser the tests drive: one the machine has, or Playwright's own; and with which Node.js."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from bootstrap import console, frontend, interpreter

PACKAGES = ("chromium", "fonts-noto-cjk")  # a page in Chinese is measured with Chinese letters
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


def install() -> str | None:
    """Debian's Chromium, where this is a Debian and root may install it; None and the line to type where not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() != 0:
        line = interpreter.as_root(f"apt-get update && apt-get install -y {' '.join(PACKAGES)}")
        console.say(f"No browser here; installing one needs root / 没有浏览器，安装它需要 root 权限:\n\n    {line}\n")
        return None
    try:
        with console.step(f"Installing {PACKAGES[0]}", "安装浏览器"):
            interpreter.install_by_apt(*PACKAGES)
    except console.SetupError as error:  # the other tests can run; the verdict tells of those that cannot
        console.say(str(error))
    return find()


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
