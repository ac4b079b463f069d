"""Who owns the organizations of examples: nobody who can log in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.organizations.models import Membership, Organization

KEEPER = "examples@chainhub.invalid"  # nobody's address, by RFC 2606


def keeper() -> User:
    """The owner of the examples' organizations: without a password and closed, so that nobody logs in as it.

    Nor is it told anything, which nobody would read. Raises `DomainError`.
    """
    told = {"name": "Examples 示例", "password": "!", "is_active": False}
    user, _new = User.objects.get_or_create(email=KEEPER, defaults=told)
    if user.has_usable_password():
        raise DomainError(
            gettext_noop(
                "Somebody signed up as %(email)s, which examples need for themselves; ask the hub's operator."
            ),
            email=KEEPER,
        )
    if user.is_active:  # of a hub that made examples before
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.notices.all().delete()
    return user


@contextmanager
def one_at_a_time() -> Iterator[User]:
    """A transaction of the keeper: whoever else makes an example waits, so what is not there yet is made once.

    Asked for before any other lock, and for nothing slow.
    """
    owner = keeper()
    with transaction.atomic():
        # Not the key: rows that only name the keeper are written by others meanwhile.
        yield User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def real_organizations() -> QuerySet[Organization]:
    """Those that an invitation reaches: nobody answers for the examples'."""
    made = Membership.objects.filter(user__email=KEEPER)
    return Organization.objects.exclude(pk__in=made.values("organization"))
