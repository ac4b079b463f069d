"""What the queue does for repositories."""

from celery import shared_task

from chainhub.repositories import uploads


@shared_task(name="repositories.expire_uploads")
def expire_uploads() -> None:
    """Forget what nobody came back for."""
    uploads.expire_uploads()
