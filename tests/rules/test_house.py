"""The house rules that no linter knows: size of rooms, who may name whom, and that nothing is left unfinished."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("chainhub", "trainer", "bootstrap")
DOOR = {"chainhub/jobs/runner.py", "chainhub/jobs/catalogue.py"}
# Not accounts: it has the forms and adapters of the log-in library.
DOMAIN = (
    "core", "activity", "organizations", "collaborations", "repositories",
    "datasets", "nodes", "jobs", "registry", "scenarios",
)  # fmt: skip
# Where files become an HTTP answer for pages and API, which may not import each other.
SERVING = {"chainhub/repositories/serving.py", "chainhub/registry/delivering.py"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def product_files() -> list[Path]:
    files = [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_file_is_longer_than_a_room():
    files = tracked("*.py", "*.html", "*.css", "*.js", "*.mjs")
    long = {name_of(path): lines for path in files if (lines := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert not {name: lines for name, lines in long.items() if "/migrations/" not in name}


def test_no_function_is_longer_than_a_page():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} ({node.end_lineno - node.lineno + 1})"
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_the_median_file_is_short():
    sizes = sorted(size for path in product_files() if (size := len(path.read_text().splitlines())) > 1)
    assert sizes[len(sizes) // 2] <= 80


def test_the_hub_never_names_torch():
    wrong = [
        name_of(path)
        for path in product_files()
        if not name_of(path).startswith("trainer/")
        for module in imports_of(path)
        if module.split(".")[0] in {"torch", "safetensors"}
    ]
    assert not wrong


def test_only_the_door_opens_to_the_trainer():
    wrong = [
        f"{name_of(path)}: {module}"
        for path in product_files()
        if name_of(path).startswith("chainhub/")
        for module in imports_of(path)
        if module.split(".")[0] == "trainer"
        and (name_of(path) not in DOOR or not (module + ".").startswith(("trainer.contract.", "trainer.catalogue.")))
        and module != "trainer"
    ]
    assert not wrong


def test_domain_apps_know_no_http():
    wrong = [
        f"{name_of(path)}: {module}"
        for app in DOMAIN
        for path in sorted((ROOT / "chainhub" / app).rglob("*.py"))
        if name_of(path) not in SERVING
        for module in imports_of(path)
        if module.startswith(("django.http", "django.shortcuts", "django.views", "rest_framework"))
    ]
    assert not wrong


def test_nothing_is_unpickled_anywhere():
    wrong = [
        name_of(path)
        for path in product_files()
        for module in imports_of(path)
        if module.split(".")[0] in {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
    ]
    assert not wrong


def test_nothing_is_marked_unfinished():
    marks = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "raise NotImplemented" + "Error")
    files = [
        path for path in tracked("*.py", "*.html", "*.js", "*.mjs", "*.css", "*.md") if "tests/rules" not in str(path)
    ]
    wrong = [f"{name_of(path)}: {mark}" for path in files for mark in marks if mark in path.read_text(encoding="utf-8")]
    assert not wrong


def test_templates_hold_no_inline_script_or_style():
    wrong = []
    for path in tracked("templates/*.html", "chainhub/*.html"):
        text = path.read_text(encoding="utf-8")
        wrong += [name_of(path) for mark in (' style="', " onclick=", " onchange=", " onsubmit=") if mark in text]
    assert not wrong


@pytest.mark.slow
def test_imports_go_down_only():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-4000:]


def test_every_setting_from_the_environment_is_explained():
    """What settings.py and server.py read stands in docs/operating.md, and nothing stands there that nobody reads."""
    sources = "".join((ROOT / "chainhub" / name).read_text(encoding="utf-8") for name in ("settings.py", "server.py"))
    read = set(re.findall(r"""(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)\"""", sources)) - {"CHAINHUB_VALKEY_SOCKET"}
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z_]{4,})`", text)) | set(re.findall(r"^    ([A-Z_]+)=", text, re.MULTILINE))
    assert read <= named
    assert named - read <= {"FORWARDED_ALLOW_IPS", "CHAINHUB_SETUP", "SIGTERM", "INFO"}
