"""The model card, in both languages: written from the rows and numbers when a version is published.

`README.md` is English, `README.zh.md` Chinese; the head of the first follows what public model hubs read. What people
add by hand stands between two marks, so that a page can show its newest text in place of the one committed.
"""

import re
from collections.abc import Mapping

from django.utils import translation

from chainhub.registry import sections
from chainhub.registry.markup import plain
from chainhub.registry.models import ModelVersion
from chainhub.registry.publishing import BASE_NOTICE
from chainhub.registry.sections import NOTES_BEGIN, NOTES_END
from chainhub.repositories.models import Blob
from chainhub.repositories.storage import open_blob, store_bytes

README = {"en": "README.md", "zh-hans": "README.zh.md"}
EXAMPLE = "example.py"
LARGEST_EXAMPLE = 64 * 2**10
_NOTES = re.compile(rf"{NOTES_BEGIN}.*?{NOTES_END}\n*", re.DOTALL)


def files_of(version: ModelVersion, files: Mapping[str, Blob]) -> dict[str, Blob]:
    """The card's files for a version whose other files are `files`."""
    example = _text_of(files[EXAMPLE]) if EXAMPLE in files else ""
    written = {}
    for language, path in README.items():
        with translation.override(language):
            written[path] = store_bytes(
                _card(version, language, example, noticed=BASE_NOTICE in files).encode(),
                owner=version.model.organization,
            )
    return written


def body_of(text: str) -> str:
    """The card as a page shows it: without its head and title, and without what people had added by then."""
    _head, _found, body = _NOTES.sub("", text).partition("README.zh.md)" if "](README.zh.md)" in text else "README.md)")
    return body.strip()


def _text_of(blob: Blob) -> str:
    with open_blob(blob) as file:
        return file.read(LARGEST_EXAMPLE).decode("utf-8", errors="replace")


def _card(version: ModelVersion, language: str, example: str, *, noticed: bool) -> str:
    parts = [
        *([sections.front_matter(version)] if language == "en" else []),
        f"# {plain(version.model.name)} · v{version.number}",
        "[中文](README.zh.md)" if language == "en" else "[English](README.md)",
        sections.opening(version),
        *sections.notes(version),
        *sections.results(version),
        *sections.limits(version),
        *sections.inputs(version),
        *sections.use(version, example, noticed=noticed),
        *sections.data(version),
        *sections.recipe(version),
        *sections.origin(version),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
