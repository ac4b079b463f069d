"""The organizations of examples: each holds a part of real data, and says that it is made for an example."""

import textwrap
from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.activity.services import mark_read
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError
from chainhub.organizations.models import Organization, Role, Stage
from chainhub.organizations.services import create_organization
from chainhub.scenarios.keeper import one_at_a_time
from chainhub.scenarios.samples import Part

SHORT = 24  # letters of a short name
MARK = "(example 示例)"
EXPECTED = ("agreement.accepted", "dataset.granted")  # notices


def partner_name(part: Part) -> str:
    """What an organization of an example is called, so that nobody takes it for a real one."""
    return f"{part.name} {MARK}"


def short_name(name: str) -> str:
    """As many of its first words as stand beside a colour in charts."""
    return textwrap.shorten(name, SHORT, placeholder="").rstrip(" ,;:-") or name[:SHORT]


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
            short_name=short_name(part.organization),
            stage=Stage.SERVICE,
            industry=industry,
            description="Holds example data. 持有示例数据。",
        )


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
