"""`manage.py set_quota`: how much an organization may store. For the operator; owners see it and cannot change it."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chainhub.organizations.models import Organization
from chainhub.organizations.services import set_quota

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Command(BaseCommand):
    """One organization at a time."""

    help = "Set how much an organization may store: such as 500GB, 'none' for no limit, 'default' for the hub's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and how much."""
        parser.add_argument("organization", help="the word that names it in addresses")
        parser.add_argument("quota", help="bytes, or 500GB, 2TB; 'none': no limit; 'default': what the hub gives all")

    def handle(self, *, organization: str, quota: str, **_options: Any) -> None:
        """Says what holds now."""
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization “{organization}”.")
        set_quota(found, quota=_bytes(quota))
        self.stdout.write(f"{found.name}: {quota}.")


def _bytes(written: str) -> int | None:
    if written == "default":
        return None
    if written == "none":
        return 0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", written.lower())
    size = round(float(found[1]) * UNITS[found[2]]) if found else 0
    if not size:
        raise CommandError("Write the quota as bytes or with a unit, such as 500GB; 'none' is no limit.")
    return size
