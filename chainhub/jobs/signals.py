"""News for the floors above; domain signals only, sent on commit where nothing else is said."""

from django.dispatch import Signal

# Sent with `job=<TrainingJob>` after a run succeeded and its artifacts are stored.
job_succeeded = Signal()

# Sent inside the transaction with `dataset`, `grant` (None: all use of it), `actor` and the `jobs` that were stopped.
data_taken_back = Signal()
