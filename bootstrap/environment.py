"""The environment variables that child processes get: nothing that could bend Python, and pip's settings told to uv."""

import os
import platform
import shlex
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bootstrap import interpreter
from bootstrap.places import VENV_PYTHON

# Each of these, set for another purpose, makes an install or an import go elsewhere;
# PYTHONDONTWRITEBYTECODE makes every import of torch take 11 seconds, for ever.
BENDING = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONPLATLIBDIR",
    "PYTHONPYCACHEPREFIX",
    "PYTHONOPTIMIZE",
    "PYTHONINSPECT",
    "PIP_NO_DEPS",
    "PIP_PREFIX",
    "PIP_REQUIRE_HASHES",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "UV_NO_DEPS",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "UV_PREFIX",
    "__PYVENV_LAUNCHER__",
)

# pip's setting -> the variable by which uv takes the same
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "HTTPS_PROXY",
}
LISTS = {"find-links": ",", "trusted-host": " "}


def straighten() -> None:
    """Take the bending variables out of this process's environment, and so out of every child's."""
    for name in BENDING:
        os.environ.pop(name, None)


def pip_settings() -> dict[str, str]:
    """What pip was told by its files and by the environment, by setting name."""
    listed = subprocess.run(
        [VENV_PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, setting = name.strip().rpartition(".")
        if setting in {*PIP_TO_UV, "no-index"} and (section in {"global", "install"} or setting not in found):
            found[setting] = " ".join(shlex.split(value))
    for setting in PIP_TO_UV:
        if told := os.environ.get(f"PIP_{setting.upper().replace('-', '_')}"):
            found[setting] = told
    return found


def without_index() -> bool:
    """Whether pip was told to take packages from its find-links alone, as on a machine without a network."""
    listed = os.environ.get("PIP_NO_INDEX") or pip_settings().get("no-index", "")
    return listed.lower() in {"1", "true", "yes", "on"}


def for_uv() -> dict[str, str]:
    """The environment of this process plus pip's settings under uv's names; what was set for uv itself wins."""
    environment = dict(os.environ)
    for setting, value in pip_settings().items():
        if setting not in PIP_TO_UV:
            continue
        separator = LISTS.get(setting)
        environment.setdefault(PIP_TO_UV[setting], separator.join(value.split()) if separator else value)
    environment.setdefault("UV_HTTP_TIMEOUT", "300")
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment["UV_NO_PROGRESS"] = "1"
    environment["VIRTUAL_ENV"] = str(VENV_PYTHON.parent.parent)
    return environment


def for_npm(node: str) -> dict[str, str]:
    """The environment of this process with this Node in front, and the certificates that pip and the system trust."""
    environment = for_uv()
    environment["PATH"] = os.pathsep.join([str(Path(node).parent), environment.get("PATH", os.defpath)])
    bundles = [environment.get("SSL_CERT_FILE", ""), "/etc/ssl/certs/ca-certificates.crt"]
    if trusted := next((bundle for bundle in bundles if bundle and Path(bundle).is_file()), ""):
        environment.setdefault("NODE_EXTRA_CA_CERTS", trusted)
    return environment


def holds_torch_wheel(find_links: str) -> bool:
    """Whether a local folder that pip was told of carries a torch wheel for this Python and machine."""
    tag = "cp{}{}-".format(*interpreter.version())
    for place in find_links.split(","):
        folder = Path(unquote(urlsplit(place).path) if place.startswith("file:") else place)
        if place and folder.is_dir():
            wheels = [wheel.name for wheel in folder.glob("torch-*.whl")]
            if any(tag in name and platform.machine() in name for name in wheels):
                return True
    return False


def has_nvidia_driver() -> bool:
    """Whether the general build of torch, with its CUDA libraries, would be of use here."""
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidiactl").exists()
