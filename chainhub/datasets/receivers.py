"""What other floors' news means for datasets."""

from typing import Any

from django.dispatch import receiver

from chainhub.accounts.models import User
from chainhub.collaborations.models import Participant
from chainhub.collaborations.signals import participant_left
from chainhub.datasets import services


@receiver(participant_left)
def take_grants_back(participant: Participant, actor: User, **_others: Any) -> None:
    """An organization that leaves takes its data along."""
    services.revoke_grants_in(participant, actor=actor)
