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
    """One audit event; `text` has the placeholder `%(dataset)s` besides those in `params`.

    In a collaboration that may not know of the dataset only those hear of it to whom it was given. `reader` is the
    organization in whose name data was read (see `datasets.reads`): it reads the event too. With `between`, it is for
    the owner and that organization alone.
    """
    heard = [between.topic] if between else topics_in(dataset, collaborations or [])
    topics = [dataset.topic, dataset.organization.topic, *heard]
    topics += [reader.topic] if reader else []
    said = sentence(text, dataset=dataset.name, **params)
    record(f"dataset.{verb}", said, actor=actor, topics=topics, target_url=dataset.get_absolute_url())
    publish_on_commit(dataset.topic, verb)
