"""What other floors' news means for datasets."""

from typing import Any

from django.dispatch import receiver

from chainhub.accounts.models import User
from chainhub.collaborations.models import Participant
from chainhub.collaborations.signals import participant_left
from chainhub.core.queue import send_on_commit
from chainhub.datasets import services
from chainhub.organizations.models import Organization
from chainhub.organizations.signals import organization_changed
from chainhub.repositories.signals import keys_destroyed


@receiver(participant_left)
def take_grants_back(participant: Participant, actor: User, **_others: Any) -> None:
    """An organization that leaves takes its data along."""
    services.revoke_grants_in(participant, actor=actor)


@receiver(organization_changed)
def find_by_new_name(organization: Organization, changed: list[str], **_others: Any) -> None:
    """Datasets are found by their owner's name too; there may be many, so the queue writes their words."""
    if {"name", "short_name", "industry"} & set(changed):
        send_on_commit("datasets.index_organization", organization.pk)


@receiver(keys_destroyed, dispatch_uid="datasets.keys_destroyed")
def withdraw_what_is_lost(organization: Organization, actor: User, **_others: Any) -> None:
    """Files that nobody can read are no data; the jobs on them stop by the withdrawal."""
    services.withdraw_lost_datasets(organization, actor=actor)
