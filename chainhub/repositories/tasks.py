"""What the queue does for repositories."""

from celery import shared_task

from chainhub.organizations.models import Organization
from chainhub.repositories import copies, raw, rotation, shredding, sweeping, uploads


@shared_task(name="repositories.expire_uploads")
def expire_uploads() -> None:
    """Forget what nobody came back for."""
    uploads.expire_uploads()
    raw.sweep_incoming()
    copies.sweep_copies()


@shared_task(name="repositories.reseal_blobs")
def reseal_blobs(organization_id: int) -> None:
    """Move an organization's files under its current key."""
    rotation.reseal_blobs(Organization.objects.get(pk=organization_id))


@shared_task(name="repositories.remove_lost")
def remove_lost(organization_id: int) -> None:
    """Give back the space of files whose key was destroyed."""
    shredding.remove_lost(Organization.objects.get(pk=organization_id))


@shared_task(name="repositories.sweep_unnamed")
def sweep_unnamed() -> None:
    """Give back what was stored for something that never came."""
    sweeping.sweep_blobs()
    sweeping.sweep_files()


@shared_task(name="repositories.keep_keys")
def keep_keys() -> None:
    """Send again what was lost of a rotation or a destruction, and remove what a kill left behind."""
    rotation.send_unsealed()
    rotation.sweep_retired()
    shredding.remove_all_lost()
