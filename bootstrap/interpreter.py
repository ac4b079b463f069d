"""The virtual environment: made, found healthy, or made anew when an earlier set-up was interrupted."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time

from bootstrap import console
from bootstrap.places import VENV, VENV_PYTHON

UNFINISHED = VENV / ".unfinished"  # stands while an install is under way: found at the start, it was interrupted


def ensure() -> None:
    """Leave a `.venv` with a working pip."""
    if VENV.exists() and not _is_sound():
        with console.step("Removing an unfinished .venv", "删除未完成的 .venv"):
            _remove()
    if VENV.exists():
        return
    ensure_ensurepip()
    with console.step("Making .venv", "创建虚拟环境"):
        VENV.mkdir()
        UNFINISHED.touch()
        console.run([base_python(), "-m", "venv", VENV], environment=os.environ)


def base_python() -> str:
    """The interpreter outside any virtual environment, so that one .venv never hangs on another."""
    return getattr(sys, "_base_executable", None) or sys.executable


def version() -> tuple[int, int]:
    """Of the Python in `.venv`, which an earlier run with another Python may have made; else of this one."""
    with contextlib.suppress(OSError):
        for line in (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name.strip() in {"version", "version_info"}:
                major, minor = value.strip().split(".")[:2]
                return int(major), int(minor)
    return sys.version_info[:2]


def _is_sound() -> bool:
    if UNFINISHED.exists() or not VENV_PYTHON.exists():
        return False
    question = "import pip, sys; print(*sys.version_info[:2])"
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        answer = subprocess.run(
            [VENV_PYTHON, "-c", question], capture_output=True, text=True, timeout=120, check=False
        ).stdout
        return [int(number) for number in answer.split()] >= [3, 11]
    return False


def _remove() -> None:
    """Move aside first: a deletion that is interrupted leaves no half environment under the name in use."""
    aside = VENV.with_name(f".venv.old-{os.getpid()}")
    VENV.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def ensure_ensurepip() -> None:
    """Have the modules that make a virtual environment; Debian ships them apart."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    line = f"apt-get update && apt-get install -y {package}"
    if not shutil.which("apt-get"):
        raise console.SetupError(
            "This Python came without its venv and ensurepip modules. Install them with your system's\n"
            "package manager, then run the same command again.\n"
            "此 Python 缺少 venv 与 ensurepip 模块，请用系统的软件包管理器安装后重试。"
        )
    if os.geteuid() != 0:
        raise console.SetupError(
            "One package is missing, and installing it needs root. Type this line, then run the same command again:\n"
            f"缺少一个系统软件包，安装它需要 root 权限。请执行下面这一行，然后重新运行：\n\n    {as_root(line)}\n"
        )
    with console.step(f"Installing {package}", "安装系统软件包"):
        install_by_apt(package)


def as_root(line: str) -> str:
    """A plain Debian has no sudo; and su needs its dash there, or dpkg does not find what lies in /sbin."""
    return f"sudo sh -c '{line}'" if shutil.which("sudo") else f"su - -c '{line}'"


def install_by_apt(*packages: str) -> None:
    """Install Debian packages as root; the mirror gets three tries."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    last = 3
    for attempt in range(1, last + 1):
        try:
            console.run(["apt-get", "update"], environment=environment)
            console.run(
                ["apt-get", "install", "-y", "--no-install-recommends", *packages],
                environment=environment,
                advice=f"The system's package manager could not install {' '.join(packages)}.",
            )
        except console.SetupError:
            if attempt == last:
                raise
            time.sleep(5 * attempt)
        else:
            return
