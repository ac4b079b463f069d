"""News for the floors above; domain signals only, sent inside the transaction that made them."""

from django.dispatch import Signal

# Sent with `token=<ApiToken>` (its person is the actor).
token_issued = Signal()
token_revoked = Signal()
