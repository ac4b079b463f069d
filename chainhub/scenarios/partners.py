"""The organizations of examples, and who owns them: nobody who can log in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.activity.services import mark_read
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError
from chainhub.organizations.models import Membership, Organization, Role, Stage
from chainhub.organizations.services import create_organization
from chainhub.scenarios.samples import Part

KEEPER = "examples@chainhub.invalid"  # nobody's address, by RFC 2606
SHORT = 24  # letters of a short name
MARK = "(example 示例)"
EXPECTED = ("agreement.accepted", "dataset.granted")  # notices


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


def mark_as_expected(together: Collaboration, partners: Sequence[Organization]) -> None:
    """That they take part and give their data is no news to anybody: it was said before the launch."""
    names = {one.name for one in partners}
    found = Notice.objects.unread().filter(url=together.get_absolute_url(), kind__in=EXPECTED).select_related("user")
    told: dict[User, list[int]] = defaultdict(list)
    for one in found:
        if one.sentence["params"].get("organization") in names:
            told[one.user].append(one.pk)
    for user, notices in told.items():
        mark_read(user, notices=notices)


def real_organizations() -> QuerySet[Organization]:
    """Those that an invitation reaches: nobody answers for the examples'."""
    made = Membership.objects.filter(user__email=KEEPER)
    return Organization.objects.exclude(pk__in=made.values("organization"))


def partner_name(part: Part) -> str:
    """What an organization of an example is called, so that nobody takes it for a real one."""
    return f"{part.name} {MARK}"


def partner_of(part: Part, *, industry: str) -> Organization:
    """The organization that holds the part, made if need be. Raises `DomainError` where somebody else has its name."""
    name = partner_name(part)
    with one_at_a_time() as owner:
        if (known := Organization.objects.where(owner, Role.OWNER).filter(name=name).first()) is not None:
            return known
        if Organization.objects.filter(name__iexact=name).exists():
            raise DomainError(
                gettext_noop(
                    "Somebody else's organization is called “%(name)s”, as the example's is to be; ask the hub's "
                    "operator."
                ),
                name=name,
            )
        return create_organization(
            actor=owner,
            name=name,
            short_name=part.organization[:SHORT],
            stage=Stage.SERVICE,
            industry=industry,
            description="Holds example data. 持有示例数据。",
        )
