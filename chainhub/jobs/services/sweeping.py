"""What a sweep mends: lost runs, queued jobs whose message or node was lost, runs beyond the end of their terms."""

from datetime import timedelta
from functools import cache

from django.utils import timezone

from chainhub.core.queue import send
from chainhub.jobs import queueing
from chainhub.jobs.models import Run, Status, TrainingJob
from chainhub.jobs.services.running import lose_run
from chainhub.jobs.services.stopping import stop_expired

MESSAGE_LOST_AFTER = timedelta(seconds=20)


def reap_lost() -> tuple[int, int]:
    """How many runs were lost, and how many queued jobs got a new message."""
    now = timezone.now()
    silent = Run.objects.filter(ended_at=None, lease_until__lt=now).select_related("job", "node")
    lost = sum(lose_run(run, now=now) for run in silent)
    stop_expired()
    return lost, _wake_again()


def _wake_again() -> int:
    """Send a message for every queued job that some node could take and that had none for a while."""
    sent = 0
    stale = timezone.now() - MESSAGE_LOST_AFTER
    served_by = cache(lambda processes: queueing.served_queues(processes=processes))
    for job in TrainingJob.objects.in_queue().filter(sent_at__lt=stale).select_related("collaboration"):
        served = served_by(job.processes)
        queue = queueing.better_queue(job, served)
        mine = TrainingJob.objects.filter(pk=job.pk, status=Status.QUEUED, sent_at=job.sent_at)
        if queue not in served or not mine.update(sent_at=timezone.now(), queue=queue):
            continue
        sent += send("jobs.run_job", job.pk, queue=queue)
    return sent
