"""A compute node: `manage.py worker --queues cpu,system` makes any machine with the hub's settings run its jobs."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chainhub.core.errors import DomainError
from chainhub.jobs.worker import Worker
from chainhub.nodes import machine
from chainhub.organizations.models import Organization


class Command(BaseCommand):
    """Serve queues until told to stop: the first SIGTERM drains, the second ends at once."""

    help = "Serve queues: training jobs in slots, short tasks beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queues", default="cpu,system", help="comma-separated: cpu, gpu, system")
        parser.add_argument("--slots", type=int, help="training jobs at once on the CPU (one per two cores)")
        parser.add_argument("--gpus", default="", help="indices of the GPUs to use (all)")
        parser.add_argument("--name", default="", help="of the node (the host's name)")
        parser.add_argument("--organization", default="", help="slug of the owner, whose collaborations come first")
        parser.add_argument("--beat", action="store_true", help="also send the sweeps; exactly one worker does")
        parser.add_argument("--system-threads", type=int, default=4, help="short tasks at once")

    def handle(self, **options: Any) -> None:
        # Set before anything could ask CUDA: even a question would make forks of this process unusable for it.
        os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
        queues = [queue.strip() for queue in options["queues"].split(",") if queue.strip()]
        owner = self._owner(options["organization"])
        gpus = self._gpus(options["gpus"]) if "gpu" in queues else []
        slots = options["slots"] if options["slots"] is not None else max(1, machine.cores() // 2)
        try:
            worker = Worker(
                queues=queues,
                cpu_slots=slots if "cpu" in queues else 0,
                gpus=gpus,
                name=options["name"],
                owner=owner,
                beat=options["beat"],
                system_threads=options["system_threads"],
            )
            code = worker.run()
        except DomainError as error:
            raise CommandError(str(error)) from None
        if code:
            raise SystemExit(code)

    def _owner(self, slug: str) -> Organization | None:
        if not slug:
            return None
        owner = Organization.objects.filter(slug=slug).first()
        if owner is None:
            raise CommandError(f"There is no organization with the slug {slug!r}.")
        return owner

    def _gpus(self, wanted: str) -> list[int]:
        found = [gpu["index"] for gpu in machine.gpus()]
        if not found:
            raise CommandError("This machine shows no GPU; leave `gpu` out of --queues.")
        chosen = [int(index) for index in wanted.split(",") if index.strip().isdigit()] or found
        if missing := set(chosen) - set(found):
            raise CommandError(f"This machine has no GPU {sorted(missing)}; it has {found}.")
        return chosen
