"""How jobs look from outside, and what is needed to launch one."""

from typing import Any, cast

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chainhub.api.fields import OrganizationField, PersonField
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import render, sentence
from chainhub.datasets.models import Dataset, DatasetVersion, DatasetVersionQuerySet
from chainhub.jobs.models import Device, JobInput, Run, TrainingJob
from chainhub.jobs.naming import hidden_from, told_without

MOST_INPUTS = 200


class InputSerializer(serializers.ModelSerializer[JobInput]):
    """A dataset version, pinned to its commit."""

    dataset = serializers.SerializerMethodField()
    organization = serializers.CharField(source="version.dataset.organization.slug", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    rows = serializers.IntegerField(source="version.rows", read_only=True, allow_null=True)

    class Meta:
        model = JobInput
        fields = ("dataset", "organization", "version", "rows", "commit_oid")

    def get_dataset(self, one: JobInput) -> str | None:
        """`organization/dataset`; null where it was given to others and you may not know of it."""
        if one.version.dataset_id in self.context.get("hidden_datasets", ()):
            return None
        return f"{one.version.dataset.organization.slug}/{one.version.dataset.slug}"


class RunSerializer(serializers.ModelSerializer[Run]):
    """One attempt."""

    node = serializers.CharField(source="node.name", read_only=True, default=None)

    class Meta:
        model = Run
        fields = (
            *("number", "node", "slot", "started_at", "first_step_at", "ended_at", "outcome"),
            *("checkpoint_step", "timings", "usage"),
        )


class JobSerializer(serializers.ModelSerializer[TrainingJob]):
    """A training job. `reason` and `failure` are sentences in the language of the request."""

    number = serializers.IntegerField(source="pk", read_only=True)
    collaboration = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    organization = OrganizationField(read_only=True)
    proposed_by = PersonField(read_only=True)
    cloned_from = serializers.IntegerField(source="cloned_from_id", read_only=True, allow_null=True)
    base = serializers.CharField(
        source="base.address", read_only=True, default=None, help_text="`organization/base-model`, where it has one"
    )
    inputs = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    failure = serializers.SerializerMethodField()

    class Meta:
        model = TrainingJob
        fields = (
            *("number", "title", "collaboration", "organization", "proposed_by", "cloned_from", "created_at"),
            *("recipe", "recipe_version", "parameters", "target", "fields", "split", "seed", "device"),
            *("processes", "limits", "base", "inputs", "spec_hash", "status", "reason", "failure", "queue", "progress"),
            *("queued_at", "started_at", "finished_at"),
        )
        read_only_fields = fields

    @extend_schema_field(InputSerializer(many=True))
    def get_inputs(self, job: TrainingJob) -> Any:
        """Dataset versions, pinned to their commits."""
        hidden = {one.pk for one in self._hidden(job)}
        return InputSerializer(job.inputs.all(), many=True, context={**self.context, "hidden_datasets": hidden}).data

    def get_reason(self, job: TrainingJob) -> str:
        """Why it is where it is."""
        return render(told_without(job, job.reason, self._hidden(job)))

    def _hidden(self, job: TrainingJob) -> list[Dataset]:
        """Datasets that the reader may not know of; asked once for a page of jobs."""
        found = cast("dict[str, Any]", self.context).setdefault("hidden_of_jobs", {})
        if job.pk not in found:
            page = getattr(self.parent, "instance", None)
            found.update(hidden_from(self.context["request"].user, page if isinstance(page, list) else [job]))
        return list(found[job.pk])

    def get_failure(self, job: TrainingJob) -> dict[str, str] | None:
        """{kind, text, hint}."""
        if not job.failure:
            return None
        params = told_without(job, job.failure, self._hidden(job)).get("params", {})
        said = {key: render(sentence(job.failure.get(key, ""), **params)) for key in ("text", "hint")}
        return {"kind": str(job.failure.get("kind", "")), **said}


class JobDetailSerializer(JobSerializer):
    """With its runs and, once it has succeeded, its evaluation."""

    runs = RunSerializer(many=True, read_only=True)
    waiting = serializers.SerializerMethodField()

    class Meta:
        model = TrainingJob
        fields = (*JobSerializer.Meta.fields, "runs", "waiting", "result")
        read_only_fields = fields

    def get_waiting(self, job: TrainingJob) -> dict[str, Any] | None:
        """{position, reason} while it is queued."""
        found = self.context.get("waiting")
        return {"position": found.position, "reason": render(found.reason)} if found else None


class WantedInputSerializer(serializers.Serializer[Any]):
    """`{"dataset": "anvil/castings", "version": 2}`; without a version the latest one that is ready."""

    dataset = serializers.RegexField(r"^[-\w]+/[-\w]+$")
    version = serializers.IntegerField(min_value=1, required=False)


class ChangesSerializer(serializers.Serializer[Any]):
    """What a clone may change."""

    title = serializers.CharField(max_length=140, required=False)
    organization = OrganizationField(mine=True, required=False)
    recipe = serializers.CharField(max_length=60, required=False)
    parameters = serializers.DictField(required=False, help_text="By the recipe's JSON schema; missing: its defaults.")
    target = serializers.CharField(max_length=200, required=False)
    fields_ = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    split = serializers.DictField(
        required=False, help_text="{kind, test_fraction, validation_fraction, folds, time, group}"
    )
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    device = serializers.ChoiceField(choices=Device.choices, required=False)
    processes = serializers.IntegerField(
        min_value=1, required=False, help_text="each takes a slot; all of them on one node (1)"
    )
    limits = serializers.DictField(required=False, help_text="{minutes, memory_mb, epochs}")
    base = serializers.RegexField(
        r"^[-\w]+/[-\w]+$",
        required=False,
        help_text="`organization/base-model` of a task in the recipe's `bases`; needed where `needs_base` is true",
    )
    inputs = WantedInputSerializer(many=True, required=False, max_length=MOST_INPUTS)  # type: ignore[call-arg]

    def get_fields(self) -> dict[str, Any]:
        """The list of features is called `fields`, a word that serializers keep for themselves."""
        found = super().get_fields()
        return {("fields" if name == "fields_" else name): field for name, field in found.items()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Names become rows that the person may see."""
        if "inputs" in attrs:
            attrs["versions"] = self._versions(attrs.pop("inputs"))
        return attrs

    def validate_base(self, name: str) -> BaseModel:
        """One that the person may see."""
        organization, _slash, slug = name.partition("/")
        seen = BaseModel.objects.visible_to(self.context["request"].user)
        found = seen.filter(organization__slug=organization, slug=slug).first()
        if found is None:
            raise serializers.ValidationError(_("There is no such base model: %(name)s.") % {"name": name})
        return found

    def _versions(self, wanted: list[dict[str, Any]]) -> list[DatasetVersion]:
        """Two queries for all of them: first which there are, then the chosen ones with what inspection found."""
        seen = DatasetVersion.objects.visible_to(self.context["request"].user)
        known: dict[str, dict[int, int]] = {}
        for organization, slug, number, pk in _ready(seen, [one["dataset"] for one in wanted]):
            known.setdefault(f"{organization}/{slug}", {})[number] = pk
        chosen = [_chosen(known.get(one["dataset"], {}), one) for one in wanted]
        found = {one.pk: one for one in seen.filter(pk__in=chosen).select_related("dataset__organization", "commit")}
        return [found[pk] for pk in chosen]


def _ready(seen: DatasetVersionQuerySet, names: list[str]) -> Any:
    named = Q()
    for organization, slug in (name.split("/") for name in names):
        named |= Q(dataset__organization__slug=organization, dataset__slug=slug)
    columns = ("dataset__organization__slug", "dataset__slug", "number", "pk")
    return seen.ready().filter(named).order_by("number").values_list(*columns) if names else ()


def _chosen(numbers: dict[int, int], wanted: dict[str, Any]) -> int:
    """The version of that number, or the latest."""
    number = wanted.get("version", max(numbers, default=0))
    if number not in numbers:
        told = _("There is no such dataset or version: %(name)s.") % {"name": wanted["dataset"]}
        raise serializers.ValidationError({"inputs": told})
    return numbers[number]


class NewJobSerializer(ChangesSerializer):
    """What is needed to launch a job."""

    title = serializers.CharField(max_length=140)
    collaboration = serializers.SlugField()
    organization = OrganizationField(mine=True)
    recipe = serializers.CharField(max_length=60)
    target = serializers.CharField(
        max_length=200, default="", help_text="may be left out where the recipe learns from one certain field"
    )
    parameters = serializers.DictField(default=dict)
    inputs = WantedInputSerializer(many=True, max_length=MOST_INPUTS)  # type: ignore[call-arg]

    def validate_collaboration(self, slug: str) -> Collaboration:
        """One that the person may see."""
        return get_object_or_404(Collaboration.objects.visible_to(self.context["request"].user).distinct(), slug=slug)
