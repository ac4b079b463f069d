"""News for the floors above: what rested on this data can rest on it no longer. Sent inside the transaction."""

from django.dispatch import Signal

# dataset: Dataset, actor: User
dataset_withdrawn = Signal()
dataset_restored = Signal()

# grant: Grant (its revoked_at is set), actor: User
grant_revoked = Signal()
