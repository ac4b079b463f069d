"""Writing down what happens to a dataset, with whom it concerns."""

from typing import Any

from chainhub.accounts.models import User
from chainhub.activity.services import record
from chainhub.collaborations.models import Collaboration
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import sentence
from chainhub.datasets.knowing import topics_in
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization


def remember(
    dataset: Dataset,
    verb: str,
    text: str,
    *,
    actor: User | None,
    collaborations: list[Collaboration] | None = None,
    reader: Organization | None = None,
    between: Organization | None = None,
    **params: Any,
) -> None:
    """An audit event; `text` has the placeholder `%(dataset)s` besides those in `params`.

    In a collaboration that may not know of the dataset only those hear of it to whom it was given. `reader` is the
    organization in whose name data was read (see `datasets.reads`): it reads the event too. With `between`, it is for
    the owner and that organization alone. Whom it concerns can be read out of an exported event, so where there are
    several circles each has an event of its own: none learns of the others.
    """
    mine = [dataset.topic, dataset.organization.topic]
    heard = [between.topic] if between else topics_in(dataset, collaborations or [])
    others = {*heard, *([reader.topic] if reader else [])} - set(mine)
    circles = [mine, *([topic] for topic in sorted(others))] if len(others) > 1 else [[*mine, *others]]
    said = sentence(text, dataset=dataset.name, **params)
    for topics in circles:
        record(f"dataset.{verb}", said, actor=actor, topics=topics, target_url=dataset.get_absolute_url())
    publish_on_commit(dataset.topic, verb)
