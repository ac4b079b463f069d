"""News for the floors above: what rested on this data can rest on it no longer. Sent inside the transaction."""

from django.dispatch import Signal

# Those that take away speak of all that goes in a transaction at once, before any of it is in the audit log: whoever
# listens locks all its rows before the log's head is locked.

# datasets: list[Dataset], actor: User
datasets_withdrawn = Signal()

# dataset: Dataset, actor: User
dataset_restored = Signal()

# grants: list[Grant] (their revoked_at is set), actor: User
grants_revoked = Signal()

# grant: Grant (new, or asking differently now), replaced: Grant | None (whose place it took), actor: User
grant_changed = Signal()
