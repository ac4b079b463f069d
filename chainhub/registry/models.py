"""Published models: versions with a card, aliases, who received them, and who downloaded what."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.models import Collaboration
from chainhub.core.models import Created
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.units import unit_of_target
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Commit, Repository


class ModelQuerySet(models.QuerySet["Model"]):
    """Reads of models."""

    def visible_to(self, user: Any) -> "ModelQuerySet":
        """Models of which one of the person's organizations received a version."""
        if not user.is_authenticated:
            return self.none()
        received = ModelVersion.objects.visible_to(user)
        return self.filter(pk__in=received.values("model"))

    def at(self, organization: str, slug: str) -> "ModelQuerySet":
        """The one at an address, if there is one."""
        found = self.filter(organization__slug=organization, slug=slug)
        return found.select_related("organization", "collaboration")


class Model(Created):
    """A line of versions made by a collaboration, at an address of its initiator."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="models")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(_("name"), max_length=140)
    slug = models.SlugField(max_length=80)
    recipe = models.CharField(max_length=60)
    task = models.CharField(max_length=40)
    target = models.CharField(max_length=200)
    repository = models.OneToOneField(Repository, on_delete=models.PROTECT, related_name="model")

    objects = ModelQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="one_model_per_address")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:model", args=[self.organization.slug, self.slug])

    @property
    def topic(self) -> str:
        return f"model:{self.pk}"


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Reads of versions."""

    def visible_to(self, user: Any) -> "ModelVersionQuerySet":
        """Versions that one of the person's organizations received; leaving a collaboration takes nothing back."""
        if not user.is_authenticated:
            return self.none()
        shares = ModelShare.objects.filter(organization__in=Organization.objects.of(user))
        return self.filter(pk__in=shares.values("version"))

    def at(self, organization: str, slug: str, number: int) -> "ModelVersionQuerySet":
        """The one at an address, if there is one, with what its acts are recorded under."""
        found = self.filter(model__organization__slug=organization, model__slug=slug, number=number)
        return found.select_related("model__organization", "model__collaboration", "commit", "job__collaboration")


class ModelVersion(Created):
    """What one job made; published exactly once."""

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    job = models.OneToOneField(TrainingJob, on_delete=models.PROTECT, related_name="model_version")
    commit = models.OneToOneField(Commit, on_delete=models.PROTECT, related_name="model_version")
    config = models.JSONField(default=dict)
    preprocessing = models.JSONField(default=dict)
    evaluation = models.JSONField(default=dict)
    primary_metric = models.CharField(max_length=40, blank=True)
    primary_value = models.FloatField(null=True, blank=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="model_versions_count_up")]

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.model.get_absolute_url()}?version={self.number}"

    @cached_property
    def unit(self) -> str:
        """Of a number that it foresees, as its data had it then, or has it now; empty where there is none."""
        return str(self.evaluation.get("unit") or unit_of_target(self.job, task=self.model.task))


class CardEdit(Created):
    """What people add to the card of a model: intended use, warnings, whom to ask. Never changed, only followed."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="card_edits")
    number = models.PositiveIntegerField()
    text = models.TextField(_("notes"), blank=True, max_length=20_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="card_edits_count_up")]

    def __str__(self) -> str:
        return f"{self.model} · {self.number}"


class ModelShare(Created):
    """An organization received a version."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="shares")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="received_models")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "organization"], name="received_once")]

    def __str__(self) -> str:
        return f"{self.version} → {self.organization}"


class Alias(Created):
    """A moving name for a version, such as `champion`."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="aliases")
    name = models.SlugField(max_length=40)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="aliases")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "aliases"
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="one_version_per_alias")]

    def __str__(self) -> str:
        return self.name


class Download(models.Model):
    """Who took which file of which version, and when."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="downloads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user} ← {self.version}/{self.path}"
