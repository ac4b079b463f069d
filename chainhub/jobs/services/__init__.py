"""What can be done with jobs."""

from chainhub.jobs.services.approving import decide_approval
from chainhub.jobs.services.cloning import clone_job
from chainhub.jobs.services.proposing import OtherRequestError, propose_job
from chainhub.jobs.services.recording import record_events
from chainhub.jobs.services.running import claim_job, fail_run, finish_run
from chainhub.jobs.services.steering import cancel_job, resume_job
from chainhub.jobs.services.stopping import stop_jobs, why_to_stop
from chainhub.jobs.services.sweeping import reap_lost

__all__ = [
    "OtherRequestError",
    "cancel_job",
    "claim_job",
    "clone_job",
    "decide_approval",
    "fail_run",
    "finish_run",
    "propose_job",
    "reap_lost",
    "record_events",
    "resume_job",
    "stop_jobs",
    "why_to_stop",
]
