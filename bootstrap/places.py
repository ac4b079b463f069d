"""Where the set-up keeps things; everything here is ignored by git and may be deleted at any time."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
CACHE = ROOT / ".cache"
LOG = CACHE / "setup.log"
ASSETS = ROOT / "chainhub" / "static" / "dist"
