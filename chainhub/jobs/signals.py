"""News for the floors above; domain signals only, sent on commit."""

from django.dispatch import Signal

# Sent with `job=<TrainingJob>` after a run succeeded and its artifacts are stored.
job_succeeded = Signal()
