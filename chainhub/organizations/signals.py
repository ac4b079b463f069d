"""News for the floors above. Sent inside the transaction."""

from django.dispatch import Signal

# organization: Organization with its new profile, changed: names of what changed
organization_changed = Signal()
