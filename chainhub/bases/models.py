"""Base models: their files in a repository, pinned by a commit, with where they come from and under which licence."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.models import Collaboration, Participant
from chainhub.core.models import Created
from chainhub.core.sentences import render, sentence
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Commit, Repository

MADE_BY = gettext_noop("Training job #%(job)s of “%(collaboration)s”")  # `source` of what was made here


class Task(models.TextChoices):
    """What it can learn to do."""

    CLASSIFICATION = "classification", _("tells kinds apart")
    LANGUAGE = "language", _("writes")
    VISION = "vision", _("looks at pictures")


class BaseModelQuerySet(models.QuerySet["BaseModel"]):
    """Reads of base models."""

    def visible_to(self, user: Any) -> "BaseModelQuerySet":
        """Those of the person's organizations, and what was made in collaborations that these take part in."""
        if not user.is_authenticated:
            return self.none()
        mine = Organization.objects.of(user)
        return self.filter(Q(collaboration=None, organization__in=mine) | Q(collaboration__in=_joined_by(mine)))

    def usable_by(self, organization: Organization, collaboration: Collaboration) -> "BaseModelQuerySet":
        """Those from which the organization's jobs of the collaboration may go on: own imports, and what it made."""
        return self.filter(Q(collaboration=None, organization=organization) | Q(collaboration=collaboration))

    def imported(self) -> "BaseModelQuerySet":
        """Without what jobs of this hub made."""
        return self.filter(collaboration=None)

    def at(self, organization: str, slug: str) -> "BaseModelQuerySet":
        """The one at an address, if there is one."""
        found = self.filter(organization__slug=organization, slug=slug)
        return found.select_related("organization", "collaboration", "commit", "imported_by")


def _joined_by(organizations: Any) -> Any:
    accepted = Participant.objects.accepted().filter(organization__in=organizations)
    return accepted.values("collaboration")


class BaseModel(Created):
    """One import of one base model, or a model of this hub from which jobs may go on; its files never change."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="base_models")
    name = models.CharField(_("name"), max_length=140)
    slug = models.SlugField(max_length=80)
    task = models.CharField(max_length=20, choices=Task)
    source = models.CharField(max_length=300, help_text="who made it, and the package that carried it")
    licence = models.CharField(max_length=60)
    collaboration = models.ForeignKey(
        Collaboration, null=True, blank=True, on_delete=models.PROTECT, related_name="base_models",
        help_text="in which it was made, and whose jobs may go on from it; none for what was imported",
    )  # fmt: skip
    parameters = models.PositiveBigIntegerField(null=True, blank=True, help_text="numbers that were learnt")
    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="base_models")
    commit = models.OneToOneField(Commit, on_delete=models.PROTECT, related_name="base_model")
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = BaseModelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="one_base_model_per_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:base", args=[self.organization.slug, self.slug])

    @property
    def address(self) -> str:
        """By which an API names it."""
        return f"{self.organization.slug}/{self.slug}"

    @property
    def licence_name(self) -> str:
        """As people read it."""
        return self.licence if self.collaboration_id is None else gettext("by the usage agreement")

    @property
    def source_name(self) -> str:
        """As people read it."""
        if self.collaboration is None:
            return self.source
        return render(sentence(MADE_BY, job=self.maker.pk, collaboration=self.collaboration.name))
