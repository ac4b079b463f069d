"""`python3 manage.py selftest`: every test there is, and plain words about those that could not run."""

import argparse
import os
import subprocess
import sys

from bootstrap import browser
from bootstrap.console import say
from bootstrap.places import ROOT

NO_TESTS = 5  # pytest's code for an empty selection: fine for one of two halves
QUICK = "not process and not browser"
WITH_PROCESSES = "process or browser"
NONE = "Browser / 浏览器: NONE, so the browser tests will not run / 无，浏览器测试不会运行"


def run(arguments: list[str]) -> int:
    """Run the quick tests side by side, then those that start processes one after the other."""
    options, for_pytest = _options(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two OpenMP threads on two busy cores spin against each other
    found = browser.find() or (None if options.no_browser else browser.install())
    if found:
        os.environ["CHROMIUM"] = found
    say(f"Browser / 浏览器: {found}" if found else NONE)
    second = WITH_PROCESSES if found else "process and not browser"
    codes = [
        _pytest(["-m", QUICK, "-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile", *for_pytest]),
        _pytest(["-m", second, *for_pytest]),
    ]
    missed = "" if found else _left_out(for_pytest)
    if missed:
        _tell(missed)
    return _verdict(codes, missed=bool(missed), allowed=options.no_browser)


def _options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="manage.py selftest", description="Run all tests; any further arguments go to pytest."
    )
    parser.add_argument("--no-browser", action="store_true", help="pass even where no browser can be driven")
    return parser.parse_known_args(arguments)


def _pytest(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)


def _left_out(for_pytest: list[str]) -> str:
    """What pytest lists of the browser tests that match the arguments; nothing when none do."""
    command = [sys.executable, "-m", "pytest", "-m", "browser", "--collect-only", "-q", *for_pytest]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    return "" if answer.returncode == NO_TESTS else answer.stdout


def _tell(missed: str) -> None:
    say("\n" + "!" * 100)
    say("NO BROWSER: these tests did NOT run. Install one (Debian: apt-get install chromium) or name it in CHROMIUM.")
    say("没有浏览器：以下测试没有运行。请安装 Chromium，或用环境变量 CHROMIUM 指明其路径。")
    say(missed)
    say("!" * 100)


def _verdict(codes: list[int], *, missed: bool, allowed: bool) -> int:
    """The last line and the exit code: a missing browser is a failure unless it was asked for."""
    if any(code not in (0, NO_TESTS) for code in codes):
        say("There were failures. / 存在失败的测试。")
        return 1
    if all(code == NO_TESTS for code in codes):
        say("No test was run. / 没有运行任何测试。")
        return NO_TESTS
    if missed:
        say("What ran passed; the browser tests did not run. / 已运行的测试全部通过，浏览器测试没有运行。")
        return 0 if allowed else 1
    say("All tests passed. / 全部测试通过。")
    return 0
