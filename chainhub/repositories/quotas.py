"""How much room an organization has for its files, or a person for what is no organization's yet."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import TooLargeError
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob, CommitFile, Upload

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
STEP = 999.5


class QuotaError(TooLargeError):
    """The organization's or the person's room does not hold this."""

    code = "quota"


@dataclass(frozen=True)
class Room:
    """In bytes; `limit` 0 is no limit."""

    used: int
    limit: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.used / self.limit) if self.limit else 0.0


def room_of(organization: Organization) -> Room:
    """Counted afresh: different bytes of its datasets, models and uploads once each, and uploads under way in full."""
    own = organization.quota_bytes
    return Room(
        _stored(organization) + _under_way(organization), settings.ORGANIZATION_QUOTA_BYTES if own is None else own
    )


def check_room_of(owner: Organization | User, needed: int) -> None:
    """Whichever it is. Raises `QuotaError`."""
    if isinstance(owner, User):
        check_personal_room(owner, needed)
    else:
        check_room(owner, needed)


def check_room(organization: Organization, needed: int) -> None:
    """Hold the organization's row until the commit, so that two at once do not share room. Raises `QuotaError`."""
    held = Organization.objects.select_for_update().get(pk=organization.pk)
    room = room_of(held)
    if room.limit and needed > room.free:
        raise QuotaError(
            gettext_noop(
                "%(organization)s uses %(used)s of its %(limit)s; this needs %(needed)s more. Remove what is not "
                "needed, or ask the hub's operator for more room."
            ),
            organization=held.name,
            used=shown(room.used),
            limit=shown(room.limit),
            needed=shown(needed),
        )


def check_personal_room(person: User, needed: int) -> None:
    """The same for uploads in nobody's name, whole or not, until a dataset is made of them. Raises `QuotaError`."""
    User.objects.select_for_update().get(pk=person.pk)
    own = Upload.objects.filter(user=person, organization=None, used_at=None)
    room = Room(own.aggregate(all=Sum("size"))["all"] or 0, settings.PERSON_QUOTA_BYTES)
    if room.limit and needed > room.free:
        raise QuotaError(
            gettext_noop(
                "Your uploads for no organization take %(used)s of the %(limit)s that a person has; this needs "
                "%(needed)s more. Register or remove some, or name the organization that this one is for."
            ),
            used=shown(room.used),
            limit=shown(room.limit),
            needed=shown(needed),
        )


def shown(size: int) -> str:
    """Bytes in the largest fitting unit, alike in every language."""
    amount, unit = float(size), 0
    while amount >= STEP and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.3g} {UNITS[unit]}"


def _stored(organization: Organization) -> int:
    files = CommitFile.objects.filter(
        Q(commit__repository__dataset__organization=organization)
        | Q(commit__repository__model__organization=organization)
    )
    uploads = Upload.objects.filter(organization=organization).exclude(blob=None)
    blobs = Blob.objects.filter(Q(pk__in=files.values("blob")) | Q(pk__in=uploads.values("blob")), lost=False)
    return blobs.aggregate(all=Sum("size"))["all"] or 0


def _under_way(organization: Organization) -> int:
    # A package that waits to be packed has been used already, and its parts are counted among what is stored.
    uploads = Upload.objects.filter(organization=organization, blob=None, used_at=None)
    return uploads.aggregate(all=Sum("size"))["all"] or 0
