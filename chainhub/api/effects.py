"""REST: what withdrawing a dataset or leaving a collaboration would end, told before it is done."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from chainhub.collaborations.models import Participant
from chainhub.datasets.models import Dataset, Grant
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.registry.models import ModelVersion


class EffectsSerializer(serializers.Serializer[Any]):
    """What ends, and what stays."""

    collaborations = serializers.ListField(
        child=serializers.CharField(), help_text="Those that may train on the data until then, by slug."
    )
    datasets = serializers.ListField(
        child=serializers.CharField(), help_text="Those that may no longer be trained on, as organization/slug."
    )
    unfinished_jobs = serializers.ListField(
        child=serializers.IntegerField(), help_text="They use the data: cancelled, unless they run already."
    )
    models = serializers.ListField(
        child=serializers.CharField(),
        help_text="Trained on the data, as organization/slug@version; they stay with those who received them.",
    )


def of_withdrawing(dataset: Dataset, user: Any) -> dict[str, Any]:
    """What the owner should know before withdrawing."""
    grants = dataset.grants.active().order_by("collaboration__slug")
    return _effects(grants, TrainingJob.objects.visible_to(user), JobInput.objects.filter(version__dataset=dataset))


def of_leaving(participant: Participant, user: Any) -> dict[str, Any]:
    """What the participant should know before leaving."""
    grants = Grant.objects.active().filter(
        collaboration=participant.collaboration, dataset__organization=participant.organization
    )
    jobs = TrainingJob.objects.visible_to(user).filter(collaboration=participant.collaboration)
    inputs = JobInput.objects.filter(version__dataset__organization=participant.organization)
    return _effects(grants.order_by("dataset__slug"), jobs, inputs)


def _effects(grants: Any, jobs: Any, inputs: "QuerySet[JobInput]") -> dict[str, Any]:
    using = jobs.filter(pk__in=inputs.values("job"))
    models = ModelVersion.objects.filter(job__in=using).select_related("model__organization").order_by("pk")
    standing = list(grants.select_related("collaboration", "dataset__organization"))
    return {
        "collaborations": list(dict.fromkeys(grant.collaboration.slug for grant in standing)),
        "datasets": list(dict.fromkeys(f"{one.dataset.organization.slug}/{one.dataset.slug}" for one in standing)),
        "unfinished_jobs": list(using.unfinished().order_by("pk").values_list("pk", flat=True)),
        "models": [f"{one.model.organization.slug}/{one.model.slug}@{one.number}" for one in models],
    }
