"""Keys are destroyed: who received models is told which data is gone for ever, and what that means for the models."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets.knowing import known_to, some_of
from chainhub.datasets.models import Dataset
from chainhub.jobs.ancestry import heirs_of
from chainhub.jobs.models import JobInput
from chainhub.organizations.models import Organization
from chainhub.organizations.services import members_of
from chainhub.registry.models import ModelShare, ModelVersion

REMAIN = gettext_noop(
    "%(owner)s destroyed the keys of “%(dataset)s”: nobody can ever read this data again. What learnt from it stays "
    "with you and works as before, but cannot be trained anew on it or checked against it: %(models)s."
)
LOST = gettext_noop(
    "%(owner)s destroyed the keys of “%(dataset)s”: nobody can ever read this data again. %(owner)s also kept the "
    "files of what learnt from it; they are lost too, and can no longer be used or downloaded: %(models)s."
)
LOST_ALONE = gettext_noop(
    "%(owner)s destroyed its keys: the files of models that it kept are lost, and can no longer be used or downloaded: "
    "%(models)s."
)
MOST_NAMES = 5
KIND = "dataset.keys-destroyed"


def tell_who_received(organization: Organization) -> None:
    """One notice for each dataset to everybody in the organizations that received models made of it."""
    learnt: dict[tuple[int, int, bool], list[ModelVersion]] = defaultdict(list)
    shares = ModelShare.objects.exclude(organization=organization)
    shares = shares.select_related("version__model__organization", "organization").order_by("version")
    made_of = _datasets_of(organization)
    receivers: dict[int, Organization] = {}
    for share in shares.filter(version__job__in=made_of) | shares.filter(version__model__organization=organization):
        receivers[share.organization_id] = share.organization
        lost = share.version.model.organization_id == organization.pk
        for dataset in made_of.get(share.version.job_id, [0]):
            learnt[share.organization_id, dataset, lost].append(share.version)
    datasets = Dataset.objects.select_related("organization").in_bulk({key[1] for key in learnt})
    for (receiver, dataset, lost), versions in learnt.items():
        for person in members_of(receivers[receiver]):
            said = _said(organization, datasets.get(dataset), versions, lost=lost, reader=person)
            notify([person], KIND, said, url=versions[0].get_absolute_url())


def _datasets_of(organization: Organization) -> dict[int, list[int]]:
    """Job to those of the organization's datasets from which it learnt, itself or by way of its base model."""
    used = JobInput.objects.filter(version__dataset__organization=organization, job__status="succeeded")
    pairs = list(used.order_by("pk").values_list("job", "version__dataset"))
    heirs = heirs_of(job for job, _ in pairs)
    found: dict[int, dict[int, None]] = defaultdict(dict)
    for job, dataset in pairs:
        for heir in heirs[job]:
            found[heir][dataset] = None  # once, though it and its base model may both have learnt from it
    return {job: list(datasets) for job, datasets in found.items()}


def _said(
    owner: Organization, dataset: Dataset | None, versions: Iterable[ModelVersion], *, lost: bool, reader: User
) -> Sentence:
    models = _named(versions)
    if dataset is None:
        return sentence(LOST_ALONE, owner=owner.name, models=models)
    name = dataset.name if known_to(reader, [dataset.pk]) else some_of(dataset)
    return sentence(LOST if lost else REMAIN, owner=owner.name, dataset=name, models=models)


def _named(versions: Iterable[ModelVersion]) -> str:
    names = [f"{one.model.name} v{one.number}" for one in versions]
    more = [f"+{len(names) - MOST_NAMES}"] if len(names) > MOST_NAMES else []
    return ", ".join([*names[:MOST_NAMES], *more])
