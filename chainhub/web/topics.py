"""Which live topics a person may watch: the same question as whether the thing may be seen."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.policies.models import AccessRequest
from chainhub.registry.models import Model

NUMBER = re.compile(r"[1-9]\d{0,17}")

# Everybody finds every organization, but its news is for its members.
THINGS: dict[str, Callable[[User], Any]] = {
    "job": TrainingJob.objects.visible_to,
    "organization": Organization.objects.of,
    "collaboration": Collaboration.objects.visible_to,
    "dataset": Dataset.objects.visible_to,
    "dataset-version": DatasetVersion.objects.visible_to,
    "model": Model.objects.visible_to,
    "access-request": AccessRequest.objects.visible_to,
    "user": lambda user: User.objects.filter(pk=user.pk),
}


def own_topic(user: User) -> str:
    """Where a person's own news arrives, such as an end to what they may see."""
    return f"user:{user.pk}"


def may_watch_all(user: User, topics: Iterable[str]) -> bool:
    """Whether each of the topics names a thing that this person may see; one query per kind of thing."""
    wanted: dict[str, set[int]] = {}
    for topic in topics:
        kind, _, number = topic.partition(":")
        if topic == "nodes":  # every signed-in person sees what the hub computes on
            continue
        if kind not in THINGS or not NUMBER.fullmatch(number):
            return False
        wanted.setdefault(kind, set()).add(int(number))
    return all(
        THINGS[kind](user).filter(pk__in=numbers).values("pk").distinct().count() == len(numbers)
        for kind, numbers in wanted.items()
    )
