"""Handing work to the queue: by task name, with ids, after the transaction is committed."""

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send_on_commit(task: str, *args: Any, queue: str = "system") -> None:
    """Queue `task(*args)` once the surrounding transaction is committed (at once where there is none)."""
    transaction.on_commit(partial(send, task, *args, queue=queue))


def send(task: str, *args: Any, queue: str = "system") -> bool:
    """Queue `task(*args)` now; False when the broker does not answer.

    Losing a message does no harm: the row is the truth, and a sweep sends again what was lost. So a broker that is
    away must not turn an accepted request into an error.
    """
    try:
        current_app.send_task(task, args=list(args), queue=queue, ignore_result=True, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s%s was not queued (%s); the sweep will send it", task, args, error)
        return False
    return True
