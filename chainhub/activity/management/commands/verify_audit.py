"""Whether the audit log is what the hub wrote."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from chainhub.activity import guards
from chainhub.activity.verifying import check_log


class Command(BaseCommand):
    """`manage.py verify_audit`; exit code 1 where a row was doctored."""

    help = "Recompute the chain of the audit log and name the first entry that is not what was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--noted", default="", metavar="HASH", help="a hash that this command printed earlier and that was kept"
        )

    def handle(self, *, noted: str, **_options: Any) -> None:
        """Print how many entries follow from one another, and the hash to keep elsewhere."""
        checked = check_log(noted=noted)
        if checked.breach:
            raise CommandError(str(checked.breach), returncode=1)
        self.stdout.write(f"{checked.count} entries follow from one another.")
        self.stdout.write(f"Keep this hash outside of the hub: {checked.head or '-'}")
        if lost := guards.missing(connection):
            self.stderr.write(f"The database no longer refuses changes to the log; missing: {', '.join(lost)}")
