"""Versioned trees of files.

A blob is bytes named by their SHA-256; a commit names an immutable tree of paths and blobs by 40 hex digits; a
repository is a line of commits with tags. Nothing is overwritten; equal bytes of one organization are stored once.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainhub.core.models import Created
from chainhub.organizations.models import Organization


class DataKey(Created):
    """An organization's key for its bytes, kept wrapped by the hub's master key; a destroyed one is an empty row."""

    # Never a number that is given again after a roll-back: the files that were written meanwhile carry the name.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="data_keys")
    number = models.PositiveIntegerField(help_text="counts up from 1 within the organization")
    wrapped = models.BinaryField(help_text="nonce and sealed key; empty once it is destroyed")
    master = models.CharField(max_length=16, help_text="fingerprint of the master key that wraps it")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="since when another key takes new bytes")
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="one_data_key_per_number"),
            models.UniqueConstraint(fields=["organization"], condition=Q(retired_at=None), name="one_current_data_key"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.number}"


class Blob(Created):
    """Bytes that are stored, whole and verified, under their hash, each organization's apart from all others'."""

    sha256 = models.CharField(max_length=64, db_index=True, help_text="of the bytes as they are read")
    size = models.PositiveBigIntegerField(help_text="of the bytes as they are read")
    owner = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="blobs")
    key = models.ForeignKey(DataKey, null=True, blank=True, on_delete=models.PROTECT, related_name="blobs")
    lost = models.BooleanField(default=False, help_text="its key was destroyed: nobody can read it any more")
    given_at = models.DateTimeField(
        default=timezone.now,
        db_index=True,
        help_text="when its bytes were last given: something may be about to name it",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256"], condition=Q(owner=None), name="one_blob_of_nobody"),
            models.UniqueConstraint(
                fields=["owner", "sha256"], condition=Q(owner__isnull=False, lost=False), name="one_blob_per_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def content_name(self) -> str:
        """A place for the bytes as they are read."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"

    @property
    def storage_name(self) -> str:
        """Where the bytes lie: what belongs to different owners or keys never shares a place."""
        owner = f"organizations/{self.owner_id}/" if self.owner_id else ""
        key = f"key-{self.key_id}/" if self.key_id else ""
        return f"{owner}{key}{self.content_name}"


class Repository(Created):
    """A line of commits; a dataset or a model owns it and decides who may read it."""

    class Kind(models.TextChoices):
        """What owns the repository."""

        DATASET = "dataset", _("Dataset")
        MODEL = "model", _("Model")

    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        verbose_name_plural = "repositories"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Commit(models.Model):
    """An immutable tree of files."""

    created_at = models.DateTimeField(db_index=True, help_text="set by the service: the name covers it")
    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="commits")
    oid = models.CharField(max_length=40, unique=True, help_text="SHA-1 over parent, title, author, time and tree")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.oid[:10]

    @property
    def size(self) -> int:
        return sum(entry.blob.size for entry in self.files.all())


class CommitFile(models.Model):
    """One path of a commit's tree."""

    commit = models.ForeignKey(Commit, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=500)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["commit", "path"], name="one_file_per_path")]

    def __str__(self) -> str:
        return self.path

    @property
    def size(self) -> int:
        return self.blob.size


class Tag(Created):
    """A name for a commit, such as `v3`; never moved."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)
    commit = models.ForeignKey(Commit, on_delete=models.PROTECT, related_name="tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "name"], name="one_commit_per_tag")]

    def __str__(self) -> str:
        return self.name


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reads of uploads."""

    def visible_to(self, user: Any) -> "UploadQuerySet":
        """An upload is its uploader's alone until something is made of it."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def finished(self) -> "UploadQuerySet":
        return self.filter(~Q(blob=None))


class Upload(Created):
    """Bytes on their way in, by the tus 1.0 protocol; what arrived stays until it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="uploads"
    )
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120, blank=True)
    expected_sha256 = models.CharField(max_length=64, blank=True, help_text="as the client announced it")
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(null=True, blank=True, help_text="when a dataset version took it")
    package = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="parts",
        help_text="the upload into which this one is packed, with others",
    )
    path = models.CharField(max_length=500, blank=True, help_text="where it lies in its package")

    objects = UploadQuerySet.as_manager()

    def __str__(self) -> str:
        return self.filename
