"""The Chinese catalogue: one committed part per area, merged and compiled into a git-ignored file at set-up."""

import os
from collections.abc import Iterator
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale"
MESSAGES = LOCALE / "zh_Hans" / "LC_MESSAGES"
PARTS = MESSAGES / "parts"
COMPILED = MESSAGES / "django.mo"
HEADER = {
    "Project-Id-Version": "ChainHub",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str | None, str]  # context, msgid


def parts() -> Iterator[tuple[str, polib.POFile]]:
    """Every part by its area."""
    for path in sorted(PARTS.glob("*.po")):
        yield path.stem, polib.pofile(str(path), encoding="utf-8")


def merged() -> polib.POFile:
    """One catalogue of all parts; where two parts translate the same message, the first stands."""
    catalogue = polib.POFile(encoding="utf-8")
    catalogue.metadata = dict(HEADER)
    seen: set[Key] = set()
    for _area, part in parts():
        for entry in part:
            if (key := (entry.msgctxt, entry.msgid)) not in seen and not entry.obsolete:
                seen.add(key)
                catalogue.append(entry)
    return catalogue


def compile_catalogue() -> Path:
    """Write the compiled catalogue in one move, so that a reader finds the old one or the new one."""
    MESSAGES.mkdir(parents=True, exist_ok=True)
    unfinished = COMPILED.with_suffix(f".{os.getpid()}.mo")
    merged().save_as_mofile(str(unfinished))
    unfinished.replace(COMPILED)
    return COMPILED


def compile_if_stale() -> bool:
    """Compile when a part is newer than the compiled catalogue, or was added or removed."""
    if not PARTS.is_dir():
        return False
    newest = max(path.stat().st_mtime for path in (PARTS, *PARTS.glob("*.po")))
    if COMPILED.exists() and COMPILED.stat().st_mtime > newest:
        return False
    compile_catalogue()
    return True
