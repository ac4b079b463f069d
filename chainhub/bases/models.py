"""Base models: their files in a repository, pinned by a commit, with where they come from and under which licence."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chainhub.core.models import Created
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Commit, Repository


class Task(models.TextChoices):
    """What it can learn to do."""

    CLASSIFICATION = "classification", _("tells kinds apart")
    LANGUAGE = "language", _("writes")


class BaseModelQuerySet(models.QuerySet["BaseModel"]):
    """Reads of base models."""

    def visible_to(self, user: Any) -> "BaseModelQuerySet":
        """Those of the person's organizations."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organization__in=Organization.objects.of(user))

    def usable_by(self, organization: Organization) -> "BaseModelQuerySet":
        """Those from which the organization's jobs may go on."""
        return self.filter(organization=organization)


class BaseModel(Created):
    """One import of one base model; its files never change."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="base_models")
    name = models.CharField(_("name"), max_length=140)
    slug = models.SlugField(max_length=80)
    task = models.CharField(max_length=20, choices=Task)
    source = models.CharField(max_length=300, help_text="who made it, and the package that carried it")
    licence = models.CharField(max_length=60)
    repository = models.OneToOneField(Repository, on_delete=models.PROTECT, related_name="base_model")
    commit = models.OneToOneField(Commit, on_delete=models.PROTECT, related_name="base_model")
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = BaseModelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="one_base_model_per_name")]

    def __str__(self) -> str:
        return self.name
