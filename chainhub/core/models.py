"""Abstract models and the status table shared by the apps."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_noop

from chainhub.core.errors import IllegalMoveError


class Created(models.Model):
    """A row that remembers when it was made."""

    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        abstract = True


class HasStatus(models.Model):
    """A row whose status moves through a table and nowhere else."""

    MOVES: ClassVar[Mapping[str, Iterable[str]]] = {}

    class Meta:
        abstract = True

    status: Any

    def may_move_to(self, status: str) -> bool:
        return status in self.MOVES.get(str(self.status), ())

    def move_to(self, status: str) -> None:
        """Set the status (not saved). Raises `IllegalMoveError` where the table has no such move."""
        if not self.may_move_to(status):
            raise IllegalMoveError(
                gettext_noop("It is %(now)s and cannot become %(then)s."), now=str(self.status), then=str(status)
            )
        self.status = status
