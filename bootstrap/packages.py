"""The Python packages: installed by uv as pyproject.toml and constraints.txt say, and only when those have changed."""

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from bootstrap import console, environment, interpreter
from bootstrap.interpreter import UNFINISHED
from bootstrap.places import CACHE, ROOT, VENV, VENV_PYTHON

PYPROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "constraints.txt"
UV = VENV_PYTHON.with_name("uv")
UV_REQUIREMENT = "uv>=0.9,<1"
# What the first start would otherwise compile while somebody waits.
HEAVY = "torch, torch._dynamo, django.db.models, rest_framework, celery, pyarrow.parquet, boto3, PIL.Image"


def ensure(extras: tuple[str, ...] = ()) -> subprocess.Popen[bytes] | None:
    """Install what is missing; after an install, return the process that is still compiling it."""
    if is_ready(extras):
        return None
    first = not any(_stamp(group).exists() for group in ("", *extras))
    UNFINISHED.touch()
    hint = ("; takes a minute or two", "，首次需要一两分钟") if first else ("", "")
    with console.step(f"Installing Python packages{hint[0]}", f"安装 Python 软件包{hint[1]}"):
        if not UV.exists():
            pip: list[str | Path] = [
                VENV_PYTHON,
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--quiet",
                UV_REQUIREMENT,
            ]
            console.run(pip, environment=os.environ, advice=_advice())
        _install(extras)
    for group in ("", *extras):
        _stamp(group).write_text(_fingerprint(group))
    UNFINISHED.unlink()
    return _compile()


def is_ready(extras: tuple[str, ...] = ()) -> bool:
    """Whether the environment holds what the requirement files say now."""
    return not UNFINISHED.exists() and all(
        _stamp(group).exists() and _stamp(group).read_text() == _fingerprint(group) for group in ("", *extras)
    )


def finish(compiling: subprocess.Popen[bytes] | None) -> None:
    """Wait until the packages are compiled, so that the first start is as quick as the second."""
    if compiling is not None and compiling.poll() is None:
        with console.step("Compiling packages", "编译软件包"):
            compiling.wait()


def _stamp(group: str) -> Path:
    return VENV / f".installed-{group or 'runtime'}"


def _fingerprint(group: str) -> str:
    """A hash of what this group of requirements asks for."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    wanted = project["optional-dependencies"][group] if group else project["dependencies"]
    constraints = CONSTRAINTS.read_bytes() if CONSTRAINTS.exists() else b""
    return hashlib.sha256(repr((interpreter.version(), sorted(wanted))).encode() + constraints).hexdigest()


def _install(extras: tuple[str, ...]) -> None:
    variables = environment.for_uv()
    if _wants_cpu_build(variables):
        try:
            _run_uv(extras, {**variables, "UV_TORCH_BACKEND": "cpu"})
        except console.SetupError:
            console.say(
                "\n  PyTorch's own package index cannot be reached, so its general build is taken (several GB).\n"
                "  无法访问 PyTorch 自己的软件源，改为安装通用版本（数 GB）。"
            )
        else:
            return
    try:
        _run_uv(extras, variables)
    except console.SetupError:
        _run_uv(extras, variables)  # a download may break once; what had arrived is cached


def _wants_cpu_build(variables: dict[str, str]) -> bool:
    """On a Linux without an NVIDIA driver the CUDA libraries are gigabytes of no use."""
    return (
        sys.platform == "linux"
        and "UV_TORCH_BACKEND" not in variables
        and not environment.holds_torch_wheel(variables.get("UV_FIND_LINKS", ""))
        and not environment.has_nvidia_driver()
    )


def _run_uv(extras: tuple[str, ...], variables: dict[str, str]) -> None:
    command: list[str | Path] = [UV, "pip", "install", "--python", VENV_PYTHON, "--only-binary", ":all:"]
    command += ["--no-binary", "jsonpath-rw"]  # has no wheel; pure Python, a need of mlcroissant
    command += ["-r", PYPROJECT]
    command += [part for extra in extras for part in ("--extra", extra)]
    command += ["--no-index"] if environment.without_index() else []
    command += ["-c", CONSTRAINTS] if CONSTRAINTS.exists() else []
    console.run(command, environment=variables, advice=_advice())


def _advice() -> str:
    return (
        "The packages could not be installed. Check the network and pip's settings (index-url, proxy, cert), then run "
        "the same command again: what has arrived is kept.\n"
        "软件包安装失败。请检查网络与 pip 设置（index-url、proxy、cert），然后重新运行同一命令，已下载的内容会保留。"
    )


def _compile() -> subprocess.Popen[bytes]:
    """Import the heavy packages once, beside the next steps: their bytecode is then on disk for every later start."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.log").open("ab") as log:
        return subprocess.Popen(
            [VENV_PYTHON, "-c", f"import {HEAVY}"],
            cwd=CACHE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
