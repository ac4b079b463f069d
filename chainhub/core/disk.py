"""A disk that is full, whoever tells of it: the system, the database, or DuckDB."""

import errno
import logging

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError

logger = logging.getLogger(__name__)

FULL = (errno.ENOSPC, errno.EDQUOT)
SAYING = ("No space left on device", "database or disk is full")  # DuckDB, SQLite
DATABASES = ("django.db", "sqlite3", "duckdb", "_duckdb")  # modules whose errors are known by what they say
SQLSTATE = "53100"  # PostgreSQL's disk_full


class DiskFullError(DomainError):
    """There is no room to do what was asked."""

    code = "no-room"
    status = 507

    def __init__(
        self,
        text: str = gettext_noop(
            "The hub's disk is full, so it cannot do this now; what you had saved is kept. Ask its operator for room, "
            "then try again."
        ),
    ) -> None:
        super().__init__(text)


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, says that a disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if getattr(error, "sqlstate", None) == SQLSTATE:
            return True
        if type(error).__module__.startswith(DATABASES) and any(text in str(error) for text in SAYING):
            return True
        error = error.__cause__
    return False


def refusal_of(error: BaseException) -> DiskFullError | None:
    """What a person is told in place of an error for which the full disk is to blame; the operator's log has both."""
    if not is_full(error):
        return None
    logger.error("the disk is full", exc_info=error)
    return DiskFullError()
