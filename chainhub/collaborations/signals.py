"""News for the floors above; domain signals only.

Both are sent inside the transaction, after the row has changed: a receiver's writes stand or fall with the act.
"""

from django.dispatch import Signal

# Sent with `participant=<Participant>` (its status is LEFT by now) and `actor=<User>`: take back what was granted.
participant_left = Signal()

# Sent with `collaboration=<Collaboration>` and `actor=<User>`: nothing new may begin in it.
collaboration_closed = Signal()
