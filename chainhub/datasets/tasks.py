"""What the queue does for datasets."""

from celery import shared_task

from chainhub.datasets import services


@shared_task(name="datasets.inspect_version")
def inspect_version(version_id: int) -> None:
    """Inspect one uploaded version."""
    services.inspect_version(version_id)


@shared_task(name="datasets.inspect_missing")
def inspect_missing() -> None:
    """Send again what was lost."""
    services.send_uninspected()
