"""Datasets, their immutable versions, and who may train on them."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.core.models import Created, HasStatus
from chainhub.datasets.wording import InBothLanguages
from chainhub.organizations.models import Organization, Role
from chainhub.repositories.models import Commit, Repository, Upload


class Visibility(models.TextChoices):
    """Who finds a dataset and sees its card and fields. Rows and files are for its owner and for training jobs."""

    PRIVATE = "private", _("My organization only")
    GRANTED = "granted", _("Participants of collaborations that may train on it")
    HUB = "hub", _("Everyone on this hub")


class Kind(models.TextChoices):
    """What the data is."""

    TABLE = "table", _("Table")
    SERIES = "series", _("Time series")
    IMAGES = "images", _("Images")
    TEXT = "text", _("Labelled texts")
    PAIRS = "pairs", _("Text pairs")
    CORPUS = "corpus", _("Plain text")
    CHAT = "chat", _("Instructions and chats")
    ANSWERS = "answers", _("Questions and answers")
    MOLECULES = "molecules", _("Molecules")


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Reads of datasets."""

    def visible_to(self, user: Any) -> "DatasetQuerySet":
        """Cards the person may see: of their organizations; unless withdrawn, open to the hub or granted to them."""
        if not user.is_authenticated:
            return self.none()
        mine = Organization.objects.of(user)
        partners = Participant.objects.filter(organization__in=mine, status=ParticipantStatus.ACCEPTED)
        granted = Grant.objects.active().for_any_of(mine).filter(collaboration__in=partners.values("collaboration"))
        used = Q(pk__in=granted.values("dataset"), visibility=Visibility.GRANTED)
        return self.filter(Q(organization__in=mine) | Q(Q(visibility=Visibility.HUB) | used, withdrawn_at=None))

    def rows_visible_to(self, user: Any) -> "DatasetQuerySet":
        """Datasets whose rows and files the person may open: those of their own organizations."""
        return self.filter(organization__in=Organization.objects.of(user)) if user.is_authenticated else self.none()

    def for_catalogue(self, user: Any) -> "DatasetQuerySet":
        """With what a list shows: latest usable version, state of the newest, how many train on it (that one knows)."""
        versions = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number")
        ready = versions.filter(status=VersionStatus.READY)
        # Subqueries rather than joins: only the rows of a page are counted, and nothing is grouped by a long card.
        known = Grant.objects.lasting().told_to(user).filter(collaboration__in=Collaboration.objects.visible_to(user))
        grants = known.filter(dataset=OuterRef("pk")).order_by().values("dataset")
        return self.select_related("organization").annotate(
            ready_number=Subquery(ready.values("number")[:1]),
            ready_rows=Subquery(ready.values("rows")[:1]),
            ready_at=Subquery(ready.values("created_at")[:1]),
            newest_status=Subquery(versions.values("status")[:1]),
            grant_count=Coalesce(Subquery(grants.values(number=Count("collaboration", distinct=True))), 0),
        )

    def usable_in(self, collaboration: Collaboration) -> "DatasetQuerySet":
        """Datasets that jobs of the collaboration may train on: granted, not withdrawn, owner still taking part."""
        grants = Grant.objects.filter(collaboration=collaboration, revoked_at=None)
        owners = Participant.objects.filter(collaboration=collaboration, status=ParticipantStatus.ACCEPTED)
        return self.filter(
            withdrawn_at=None, pk__in=grants.values("dataset"), organization__in=owners.values("organization")
        )


class Dataset(InBothLanguages, Created):
    """Registered data of one organization."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, blank=True, help_text=_("Empty until the first file was inspected.")
    )
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    card = models.TextField(
        _("card"), blank=True, max_length=20_000, help_text=_("Markdown: what it is, how it was collected, its limits.")
    )
    summary_zh = models.CharField(_("summary in Chinese"), max_length=300, blank=True)
    card_zh = models.TextField(_("card in Chinese"), blank=True, max_length=20_000)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("source address"), blank=True)
    target = models.CharField(_("target field"), max_length=200, blank=True)
    identifiers = models.JSONField(_("identifier fields"), default=list, blank=True)
    field_settings = models.JSONField(
        default=dict, blank=True, help_text="{field: {role, type, unit, sensitive, about}} as the owner set them"
    )
    visibility = models.CharField(_("who sees it"), max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    repository = models.OneToOneField(Repository, on_delete=models.PROTECT, related_name="dataset")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="one_dataset_per_address")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:dataset", args=[self.organization.slug, self.slug])

    @property
    def topic(self) -> str:
        return f"dataset:{self.pk}"

    @property
    def latest_version(self) -> "DatasetVersion | None":
        return self.versions.filter(status=VersionStatus.READY).order_by("-number").first()


class CatalogueWord(models.Model):
    """A word (or two characters of Chinese) by which a dataset is found; kept by `datasets.search`, rebuilt at will."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.BinaryField(max_length=160)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "word"], name="one_weight_per_word")]
        indexes = [models.Index(fields=["word", "dataset", "weight"], name="datasets_of_a_word")]

    def __str__(self) -> str:
        return bytes(self.word).decode()


class VersionStatus(models.TextChoices):
    """How far a version has come."""

    INSPECTING = "inspecting", _("Being inspected")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Refused")


class DatasetVersionQuerySet(models.QuerySet["DatasetVersion"]):
    """Reads of versions."""

    def visible_to(self, user: Any) -> "DatasetVersionQuerySet":
        """Owners see every version; others see the ready ones of datasets that they may see."""
        mine = Q(dataset__organization__in=Organization.objects.of(user)) if user.is_authenticated else Q(pk=None)
        return self.filter(mine | Q(dataset__in=Dataset.objects.visible_to(user), status=VersionStatus.READY))

    def ready(self) -> "DatasetVersionQuerySet":
        return self.filter(status=VersionStatus.READY)


class DatasetVersion(Created, HasStatus):
    """One immutable state of a dataset's files, and what inspection found in it.

    `inspection` holds, once ready: rows, columns, bytes, encoding, delimiter, fields [{name, type, kind, missing_share,
    distinct, distribution, examples…}], repairs [sentences], preview {columns, rows}.
    """

    MOVES: ClassVar = {VersionStatus.INSPECTING: [VersionStatus.READY, VersionStatus.REFUSED]}

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=VersionStatus, default=VersionStatus.INSPECTING)
    progress = models.FloatField(default=0, help_text="share of the inspection that is done, 0 to 1")
    upload = models.OneToOneField(Upload, null=True, blank=True, on_delete=models.PROTECT, related_name="version")
    commit = models.OneToOneField(
        Commit, null=True, blank=True, on_delete=models.PROTECT, related_name="dataset_version"
    )
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    reference = models.JSONField(
        null=True, blank=True, help_text="{kind, address, sha256, size, …} of bytes that stay with their owner"
    )
    restored_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deprecated_at = models.DateTimeField(null=True, blank=True)
    deprecated_reason = models.CharField(max_length=300, blank=True)
    deprecated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    inspection = models.JSONField(default=dict, blank=True)
    profile = models.JSONField(default=dict, blank=True, help_text="what the values look like; empty until computed")
    refusal = models.JSONField(null=True, blank=True, help_text="the sentence that says why it was refused")
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="last sign of life of whoever inspects it")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often an inspection of it was begun")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="versions_count_up")]

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def topic(self) -> str:
        return f"dataset-version:{self.pk}"


class GrantQuerySet(models.QuerySet["Grant"]):
    """Reads of grants."""

    def active(self) -> "GrantQuerySet":
        return self.filter(revoked_at=None)

    def lasting(self) -> "GrantQuerySet":
        """Active ones whose last day is not over."""
        return self.active().filter(Q(until=None) | Q(until__gt=timezone.now()))

    def active_at(self, moment: datetime) -> "GrantQuerySet":
        return self.filter(Q(revoked_at=None) | Q(revoked_at__gt=moment), created_at__lte=moment)

    def for_any_of(self, organizations: Any) -> "GrantQuerySet":
        """To all participants, or to one of these by name."""
        return self.filter(Q(organization=None) | Q(organization__in=organizations))

    def visible_to(self, user: Any) -> "GrantQuerySet":
        """Of datasets and to collaborations that the person may see.

        A card that is open to the hub does not tell who works with whom.
        """
        seen = Collaboration.objects.visible_to(user)
        return self.told_to(user).filter(dataset__in=Dataset.objects.visible_to(user), collaboration__in=seen)

    def told_to(self, user: Any) -> "GrantQuerySet":
        """Without those to one participant, which are between it and the owner, unless the person is of either."""
        mine = Organization.objects.of(user)
        return self.for_any_of(mine) | self.filter(dataset__organization__in=mine)


class Grant(Created):
    """The owner lets a collaboration use a dataset; taken back by setting `revoked_at`, never deleted.

    `terms` are those that held when it was given (see `policies.terms`); the columns beside it repeat what reads ask.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="grants")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="grants")
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="grants_received",
        help_text=_("Only this participant may use it; empty: all of them."),
    )
    terms = models.JSONField(default=dict, blank=True)
    policy_number = models.PositiveIntegerField(null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    allows_rows = models.BooleanField(_("rows may be viewed"), default=False)
    allows_download = models.BooleanField(_("files may be downloaded"), default=False)
    needs_approval = models.BooleanField(_("ask me before each job"), default=False)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "collaboration"],
                condition=Q(revoked_at=None, organization=None),
                name="one_active_grant",
            ),
            models.UniqueConstraint(
                fields=["dataset", "collaboration", "organization"],
                condition=Q(revoked_at=None),
                name="one_active_grant_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} → {self.collaboration}"


DATA_ROLES = (Role.OWNER, Role.ADMIN, Role.STEWARD)
