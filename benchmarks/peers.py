"""Where the peers live: libraries that only benchmarks need, in this environment or in one of their own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / ".cache" / "peers"
PACKAGES = {"tensorflow": "tensorflow-cpu>=2.20", "sklearn": "scikit-learn>=1.9,<2", "rdata": "rdata>=1,<2"}


def python_with(module: str) -> str:
    """An interpreter that can import it; made and filled on the first call, then kept."""
    if importlib.util.find_spec(module):
        return sys.executable
    python = HOME / "bin" / "python"
    if not python.exists():
        print(f"making {HOME} for the peers", file=sys.stderr)
        venv.create(HOME, with_pip=True)
    if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        argv = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", PACKAGES[module]]
        subprocess.run(argv, check=True, env=environment)
    return str(python)
