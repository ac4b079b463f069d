"""`manage.py import_base_model`: put a small real base model into an organization's registry."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.organizations.models import Organization, Role
from chainhub.scenarios.bases import CARRIED, import_carried


class Command(BaseCommand):
    """One base model for one organization; imported before, it is left as it is."""

    help = "Import a base model that jobs of the organization may go on from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, for whom, and in whose name."""
        parser.add_argument("name", choices=sorted(CARRIED))
        parser.add_argument("--organization", required=True, help="the word that names it in addresses")
        parser.add_argument("--by", default="", help="e-mail of an owner or administrator; else the first owner")

    def handle(self, *, name: str, organization: str, by: str, **_options: Any) -> None:
        """Says what is there now."""
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization “{organization}”.")
        try:
            base = import_carried(CARRIED[name], organization=found, actor=_actor(found, by))
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{found.name}: {base.name} ({base.licence}), commit {base.commit.oid[:10]}.")


def _actor(organization: Organization, email: str) -> User:
    seats = (
        organization.memberships.filter(user__email=email)
        if email
        else organization.memberships.filter(role=Role.OWNER)
    )
    seat = seats.select_related("user").order_by("pk").first()
    if seat is None:
        raise CommandError("There is no such person in the organization.")
    return seat.user
