"""`manage.py demo --load --launch`: the demo's people, data and jobs, without starting a hub."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chainhub.core.errors import DomainError
from chainhub.scenarios import demo


class Command(BaseCommand):
    """Loads and launches the demo."""

    help = "Load the demo's people, organizations and real data sets, and launch its two jobs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Both may be asked for at once, and again."""
        parser.add_argument("--load", action="store_true", help="people, organizations, collaborations, datasets")
        parser.add_argument("--launch", action="store_true", help="the two training jobs, unless they are there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, and say who can log in."""
        if not options["load"] and not options["launch"]:
            raise CommandError("Say --load, --launch, or both.")
        try:
            if options["load"]:
                demo.load_demo()
                for person in demo.people():
                    self.stdout.write(f"{person.email}  {person.password}  {person.role}")
            if options["launch"]:
                for job in demo.launch_demo_jobs():
                    self.stdout.write(f"{job}: {job.get_status_display()}")
        except DomainError as error:
            raise CommandError(str(error)) from error
