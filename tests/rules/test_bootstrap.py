"""The set-up runs on a Python that has nothing installed, and says what to do when it cannot go on."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import browser, console, environment, frontend, interpreter, packages, places, selftest, start

ROOT = Path(__file__).resolve().parent.parent.parent
BARE = [getattr(sys, "_base_executable", sys.executable), "-I", "-S"]


def run_bare(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*BARE, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_module_of_the_set_up_can_be_imported_by_a_bare_python():
    modules = ", ".join(f"bootstrap.{path.stem}" for path in sorted((ROOT / "bootstrap").glob("[a-z]*.py")))
    result = run_bare(f"import sys; sys.path.insert(0, '.'); import {modules}; print('fine')")
    assert result.stdout == "fine\n", result.stderr


def test_the_set_up_imports_the_standard_library_only():
    for path in (ROOT / "bootstrap").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.split(".")[0] in {"bootstrap", *sys.stdlib_module_names} for name in names), path


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 10, 14), (3, 15, 0)])
def test_a_python_too_old_or_too_new_is_told_so_in_words(version):
    assert ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 6))
    result = run_bare(f"import sys, runpy; sys.version_info = {version}; runpy.run_path('manage.py')")
    assert result.returncode == 1
    assert f"needs Python 3.11 to 3.14; this is Python {version[0]}.{version[1]}" in result.stderr


@pytest.mark.parametrize(("sudo", "line"), [("/usr/bin/sudo", "sudo sh -c '{}'"), (None, "su - -c '{}'")])
def test_without_root_the_exact_line_is_printed(monkeypatch, sudo, line):
    monkeypatch.setattr(interpreter.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(interpreter.shutil, "which", {"apt-get": "/usr/bin/apt-get", "sudo": sudo}.get)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    package = "python{}.{}-venv".format(*sys.version_info)
    with pytest.raises(console.SetupError) as caught:
        interpreter.ensure_ensurepip()
    assert line.format(f"apt-get update && apt-get install -y {package}") in str(caught.value)


def test_bending_variables_do_not_reach_children(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PIP_USER", "1")
    environment.straighten()
    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PIP_USER"} & set(os.environ)


def test_pips_settings_are_told_to_uv(monkeypatch):
    monkeypatch.setattr(
        environment, "pip_settings", lambda: {"find-links": "/a /b", "index-url": "https://index.example/simple"}
    )
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    told = environment.for_uv()
    assert told["UV_FIND_LINKS"] == "/a,/b"
    assert told["UV_DEFAULT_INDEX"] == "https://mine.example/simple"


def test_only_a_wheel_for_this_python_counts_as_torch(tmp_path):
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert not environment.holds_torch_wheel(str(tmp_path))
    (tmp_path / "torch-2.13.0-cp27-cp27mu-linux_x86_64.whl").touch()
    assert not environment.holds_torch_wheel(str(tmp_path))
    (tmp_path / f"torch-2.13.0+cpu-{tag}-{tag}-manylinux_2_28_{environment.platform.machine()}.whl").touch()
    assert environment.holds_torch_wheel(f"/elsewhere,{tmp_path}")
    assert environment.holds_torch_wheel(f"file://{tmp_path}")


def test_an_interrupted_install_is_not_taken_for_a_finished_one(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "UNFINISHED", tmp_path / ".unfinished")
    monkeypatch.setattr(packages, "VENV", tmp_path)
    (tmp_path / ".installed-runtime").write_text(packages._fingerprint(""))
    assert packages.is_ready()
    (tmp_path / ".unfinished").touch()
    assert not packages.is_ready()


def test_changed_requirements_are_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "VENV", tmp_path)
    monkeypatch.setattr(packages, "UNFINISHED", tmp_path / ".unfinished")
    (tmp_path / ".installed-runtime").write_text("of another time")
    assert not packages.is_ready()


def test_a_failed_command_shows_its_last_lines(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(console, "LOG", tmp_path / "setup.log")
    with pytest.raises(console.SetupError) as caught:
        console.run([sys.executable, "-c", "print('the reason'); raise SystemExit(3)"], environment=os.environ)
    console.explain(caught.value)
    said = capsys.readouterr().out
    assert "the reason" in said
    assert str(tmp_path / "setup.log") in said


def test_root_on_debian_gets_the_browser_installed(monkeypatch):
    asked = []
    monkeypatch.setattr(browser.shutil, "which", {"apt-get": "/usr/bin/apt-get"}.get)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(interpreter, "install_by_apt", lambda *packages: asked.extend(packages))
    monkeypatch.setattr(browser, "find", lambda: "/usr/bin/chromium")
    assert browser.install() == "/usr/bin/chromium"
    assert "chromium" in asked


def test_anybody_else_is_told_the_line_that_installs_the_browser(monkeypatch, capsys):
    monkeypatch.setattr(browser.shutil, "which", {"apt-get": "/usr/bin/apt-get"}.get)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert browser.install() is None
    assert "su - -c 'apt-get update && apt-get install -y chromium" in capsys.readouterr().out


def test_a_browser_named_in_the_environment_wins(monkeypatch, tmp_path):
    mine = tmp_path / "my-browser"
    mine.touch()
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert browser.find() == str(mine)


@pytest.mark.parametrize(("code", "lent"), [(0, None), (127, "/ours/node")])
def test_playwright_gets_our_node_where_its_own_does_not_start(monkeypatch, tmp_path, code, lent):
    own = tmp_path / "playwright" / "driver" / "node"
    own.parent.mkdir(parents=True)
    own.write_text(f"#!/bin/sh\nexit {code}\n")
    own.chmod(0o700)
    (tmp_path / "playwright" / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "playwright", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(frontend, "find_node", lambda: "/ours/node")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "")
    browser.lend_node()
    assert (os.environ["PLAYWRIGHT_NODEJS_PATH"] or None) == lent


def test_whatever_starts_playwright_lends_it_node_first():
    files = [*ROOT.glob("docs/**/*.py"), *ROOT.glob("tests/browser/*.py"), *ROOT.glob("benchmarks/*.py")]
    starting = [one.read_text() for one in files if "sync_playwright()" in one.read_text()]
    assert starting
    for text in starting:
        assert "lend_node()" in text.partition("sync_playwright()")[0]


@pytest.mark.parametrize(
    ("flags", "listed", "codes", "code", "last"),
    [
        ([], "test_walk", [0, 0], 1, "browser tests did not run"),
        (["--no-browser"], "test_walk", [0, 0], 0, "browser tests did not run"),
        (["--no-browser"], "test_walk", [0, 1], 1, "There were failures"),
        (["-k", "rules"], "", [0, 5], 0, "All tests passed"),
        (["-k", "nothing"], "", [5, 5], 5, "No test was run"),
        (["--no-browser", "-k", "walk"], "test_walk", [5, 5], 5, "No test was run"),
    ],
)
def test_without_a_browser_the_selftest_fails_loudly_unless_told(monkeypatch, capsys, flags, listed, codes, code, last):
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(browser, "install", lambda: None)
    monkeypatch.setattr(selftest, "_left_out", lambda _arguments: listed)
    answers = iter(codes)
    monkeypatch.setattr(selftest, "_pytest", lambda _arguments: next(answers))
    assert selftest.run(flags) == code
    said = capsys.readouterr().out
    assert "will not run" in said
    assert ("did NOT run" in said) == bool(listed)
    assert last in said.splitlines()[-1]


def test_a_command_in_the_projects_own_environment_starts_at_once(monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(places.VENV))
    monkeypatch.delenv("CHAINHUB_SETUP", raising=False)
    assert start.in_environment(["manage.py", "migrate"]) == ["manage.py", "migrate"]


def test_constraints_name_no_host_no_folder_and_no_build_of_torch():
    text = (ROOT / "constraints.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert "torch==2.13.0" in lines
    assert not [line for line in lines if "://" in line or "@" in line or "--" in line]
