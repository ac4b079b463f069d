"""The trainer's own source as data: an archive that Python imports from, and what it needs beside itself."""

from __future__ import annotations

import ast
import io
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

Files = dict[str, bytes]  # by path, "trainer/loop.py"

EARLIEST = (1980, 1, 1, 0, 0, 0)
DISTRIBUTIONS = {"PIL": "pillow"}  # where a package is imported by another name than it is installed by


def source_of(*packages: str) -> Files:
    """The Python files of those packages; also where they are imported from an archive themselves.

    Out of an archive Python imports no folder without `__init__.py`, so each has one.
    """
    found: Files = {}
    for package in packages:
        found.update(_under(files(package), package.replace(".", "/")))
    for path in list(found):
        for folder in PurePosixPath(path).parents[:-1]:
            found.setdefault(f"{folder}/__init__.py", b"")
    return dict(sorted(found.items()))


def packed(content: Mapping[str, bytes]) -> bytes:
    """A ZIP archive that depends on nothing but those files, so that equal versions are equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(content):
            about = zipfile.ZipInfo(path, EARLIEST)
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, content[path])
    return out.getvalue()


def needed(content: Mapping[str, bytes], modules: Iterable[str]) -> list[str]:
    """What those modules import, themselves or through others of it, beyond this source and the standard library."""
    own = {path.partition("/")[0] for path in content}
    seen, waiting, outside = set[str](), list(modules), set[str]()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for name in _imports(content.get(f"{module.replace('.', '/')}.py", b"")):
            top = name.partition(".")[0]
            if top in own:
                waiting.append(name)
            elif top not in sys.stdlib_module_names:
                outside.add(top)
    return sorted(outside, key=str.lower)


def pinned(modules: Iterable[str]) -> str:
    """A requirements file with the versions that are installed here, without the mark of a build (torch's `+cpu`)."""
    lines = [f"# Python {sys.version_info.major}.{sys.version_info.minor}"]
    for module in modules:
        name = DISTRIBUTIONS.get(module, module)
        try:
            lines.append(f"{name}=={version(name).partition('+')[0]}")
        except PackageNotFoundError:
            lines.append(name)
    return "\n".join(lines) + "\n"


def _under(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in place.iterdir():
        if item.is_dir():
            yield from _under(item, f"{path}/{item.name}")
        elif item.name.endswith(".py"):
            yield f"{path}/{item.name}", item.read_bytes()


@cache
def _imports(content: bytes) -> tuple[str, ...]:
    """Every name that may be a module: of `from a import b` both a and a.b."""
    return tuple(_imported(ast.parse(content)))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
