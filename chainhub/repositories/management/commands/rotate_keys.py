"""The master key: `manage.py rotate_keys --master` wraps every organization's key by the newest one."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chainhub.repositories import masters
from chainhub.repositories.keyring import wrap_anew
from chainhub.repositories.models import DataKey


class Command(BaseCommand):
    """Files are not touched: they lie under the organizations' keys, and only those are wrapped anew."""

    help = "Wrap the organizations' keys by a new master key, or forget the one before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of the two."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--master", action="store_true", help="wrap every key by the newest master key")
        what.add_argument("--forget", action="store_true", help="remove the kept master keys that wrap nothing")

    def handle(self, *, master: bool, forget: bool, **_options: Any) -> None:
        """May be stopped at any moment and begun again."""
        if master:
            self._wrap()
        if forget:
            self._forget()

    def _wrap(self) -> None:
        if not settings.MASTER_KEY:
            masters.masters()  # there is one from now on
            masters.keep_another()
        count = sum(wrap_anew(key) for key in DataKey.objects.filter(destroyed_at=None))
        self.stdout.write(f"{count} keys are wrapped by the new master key {masters.masters()[0].fingerprint}.")
        if settings.MASTER_KEY:
            self.stdout.write(
                "When every process runs with it, remove OLD_MASTER_KEYS; `check` says if that is too soon."
            )
        else:
            self.stdout.write("Back up the new one; then `rotate_keys --forget` removes the one before.")

    def _forget(self) -> None:
        if not masters.kept_file().exists():
            raise CommandError("No master key is kept here; MASTER_KEY and OLD_MASTER_KEYS are yours to change.")
        newest = masters.masters()[0].fingerprint
        needed = DataKey.objects.filter(destroyed_at=None).exclude(master=newest).count()
        if needed:
            raise CommandError(
                f"{needed} keys are still wrapped by an older master key: run rotate_keys --master first."
            )
        masters.forget_others()
        self.stdout.write(f"Only the master key {newest} is left.")
