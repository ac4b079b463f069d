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


def run(arguments: list[str]) -> int:
    """Run the quick tests side by side, then those that start processes one after the other."""
    options, for_pytest = _options(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two OpenMP threads on two busy cores spin against each other
    found = browser.find()
    if found:
        os.environ["CHROMIUM"] = found
    say(f"Browser / 浏览器: {found or 'none / 无'}")
    second = WITH_PROCESSES if found else "process and not browser"
    codes = [
        _pytest(["-m", QUICK, "-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile", *for_pytest]),
        _pytest(["-m", second, *for_pytest]),
    ]
    if all(code == NO_TESTS for code in codes):
        return NO_TESTS
    failed = any(code not in (0, NO_TESTS) for code in codes)
    if not found:
        failed = _tell_what_did_not_run(for_pytest, allowed=options.no_browser) or failed
    say("All tests passed. / 全部测试通过。" if not failed else "There were failures. / 存在失败的测试。")
    return int(failed)


def _options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="manage.py selftest", description="Run all tests; any further arguments go to pytest."
    )
    parser.add_argument("--no-browser", action="store_true", help="pass even where no browser can be driven")
    return parser.parse_known_args(arguments)


def _pytest(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)


def _tell_what_did_not_run(for_pytest: list[str], *, allowed: bool) -> bool:
    """List the browser tests; their absence is a failure unless it was asked for."""
    say("\n" + "!" * 100)
    say("NO BROWSER: these tests did NOT run. Install one (Debian: apt-get install chromium) or name it in CHROMIUM.")
    say("没有浏览器：以下测试没有运行。请安装 Chromium，或用环境变量 CHROMIUM 指明其路径。")
    code = _pytest(["-m", "browser", "--collect-only", "-q", *for_pytest])
    say("!" * 100)
    return code != NO_TESTS and not allowed
