"""Organizations, who belongs to them in which role, and invitations."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chainhub.core.models import Created

COLOURS = 8


class Stage(models.TextChoices):
    """Where an organization stands in the industry chain."""

    UPSTREAM = "upstream", _("Upstream")
    MIDSTREAM = "midstream", _("Midstream")
    DOWNSTREAM = "downstream", _("Downstream")
    SERVICE = "service", pgettext_lazy("chain stage", "Service")


class Role(models.TextChoices):
    """What a member may do in the organization."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    SCIENTIST = "scientist", _("Scientist")
    STEWARD = "steward", _("Steward")
    VIEWER = "viewer", _("Viewer")


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Reads of organizations."""

    def of(self, user: Any) -> "OrganizationQuerySet":
        """Those the person belongs to."""
        return self.filter(memberships__user=user) if user.is_authenticated else self.none()

    def visible_to(self, user: Any) -> "OrganizationQuerySet":
        """Every signed-in person finds every organization by name: partners must be able to find each other."""
        return self.all() if user.is_authenticated else self.none()

    def where(self, user: Any, *roles: str) -> "OrganizationQuerySet":
        """Those in which the person has one of the roles."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user, memberships__role__in=roles)


class Organization(Created):
    """A company or institution taking part."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    short_name = models.CharField(_("short name"), max_length=24, help_text=_("Stands beside the colour in charts."))
    slug = models.SlugField(max_length=80, unique=True)
    stage = models.CharField(_("chain stage"), max_length=12, choices=Stage)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    colour = models.PositiveSmallIntegerField(_("colour"), default=0, validators=[MaxValueValidator(COLOURS - 1)])
    quota_bytes = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="room for its files; null: what the hub gives everybody, 0: as much as it likes",
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:organization", args=[self.slug])

    @property
    def topic(self) -> str:
        return f"organization:{self.pk}"


class Membership(Created):
    """A person's seat in an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_seat_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def open(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def visible_to(self, user: Any) -> "InvitationQuerySet":
        if not user.is_authenticated:
            return self.none()
        managed = Organization.objects.where(user, Role.OWNER, Role.ADMIN)
        return self.filter(organization__in=managed)


class Invitation(Created):
    """A link by which a person joins an organization; the link is kept as a hash."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("Only this person may use the link; empty: anyone who has it.")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.organization} ← {self.email or '*'}"

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()
