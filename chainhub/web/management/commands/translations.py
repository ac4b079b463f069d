"""What is still to be translated, and what is translated in vain."""

from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand

from chainhub.core import extraction, translations
from chainhub.core.translations import Key


class Command(BaseCommand):
    """`manage.py translations`."""

    help = "Compile the Chinese catalogue; with --missing, print what it lacks, ready to be pasted into a part."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--missing", action="store_true", help="print untranslated messages by folder")
        parser.add_argument("--stale", action="store_true", help="print translations of messages that are gone")

    def handle(self, *, missing: bool, stale: bool, **_options: Any) -> None:
        """Do what was asked; without an option, compile."""
        if missing:
            self._print_missing(extraction.untranslated())
        for line in extraction.stale() if stale else []:
            self.stdout.write(line)
        for line in extraction.broken() if stale or missing else []:
            self.stderr.write(line)
        if not (missing or stale):
            self.stdout.write(str(translations.compile_catalogue()))

    def _print_missing(self, missing: dict[Key, list[str]]) -> None:
        by_folder: dict[str, list[str]] = defaultdict(list)
        for (context, msgid), places in missing.items():
            folder = "/".join(places[0].split("/")[:3])
            head = f"#: {places[0]}\n" + (f'msgctxt "{_escaped(context)}"\n' if context else "")
            by_folder[folder].append(f'{head}msgid "{_escaped(msgid)}"\nmsgstr ""\n')
        for folder, entries in sorted(by_folder.items()):
            self.stdout.write(f"\n# ---- {folder}: {len(entries)}\n")
            self.stdout.write("\n".join(entries))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
