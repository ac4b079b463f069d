"""News for the floors above: bytes that they name can no longer be read. Sent inside the transaction."""

from django.dispatch import Signal

# organization: Organization, actor: User
keys_destroyed = Signal()
