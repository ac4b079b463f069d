"""Tasks of the queue: ids in, three lines, may run twice."""

from celery import shared_task

from chainhub.jobs import services
from chainhub.jobs.pool import take_job


# Acknowledged before it runs: the message only wakes a worker, and the row says who has the job.
@shared_task(name="jobs.run_job", acks_late=False, ignore_result=True)
def run_job(job_id: int) -> None:
    """Take the job, or let this worker's pool take what is next."""
    take_job(job_id)


@shared_task(name="jobs.reap_lost", ignore_result=True)
def reap_lost() -> None:
    """Queue again what a lost worker left."""
    services.reap_lost()
