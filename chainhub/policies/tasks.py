"""What the queue does for terms."""

from celery import shared_task

from chainhub.policies import services


@shared_task(name="policies.remind_to_delete", ignore_result=True)
def remind_to_delete() -> None:
    """Remind those whose days are over."""
    services.remind_to_delete()
