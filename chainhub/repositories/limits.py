"""What a person is refused before the bytes travel, whoever they are for: too many uploads at once, and a full disk."""

import shutil
from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.repositories.models import Upload

SPARE_DISK = 2 * 2**30
MOST_UNFINISHED = 100  # of one person
MOST_WAITING = 2000  # whole, of one person: a version may be made of a thousand


def check_uploads_of(person: User) -> None:
    """Raises `DomainError` for who has begun or put down too many; one whose bytes are here already is one too."""
    unused = Upload.objects.filter(user=person, used_at=None)
    if unused.filter(blob=None).count() >= MOST_UNFINISHED:
        raise DomainError(
            gettext_noop("You have %(most)s unfinished uploads; finish or cancel some first."), most=MOST_UNFINISHED
        )
    if unused.exclude(blob=None).count() >= MOST_WAITING:
        raise DomainError(
            gettext_noop("You have %(most)s uploads of which nothing was made; register or remove some first."),
            most=MOST_WAITING,
        )


def check_disk(folder: Path, size: int) -> None:
    """Raises `DomainError` where a file of `size` bytes would leave the hub without room to work."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size + SPARE_DISK:
        raise DomainError(gettext_noop("The hub has no room for a file of this size; ask its operator."))
