"""Collaborations, their participants, the usage agreement and who accepted which text when."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chainhub.core.models import Created, HasStatus
from chainhub.organizations.models import Organization


class ParticipantStatus(models.TextChoices):
    """How an organization stands to a collaboration."""

    INVITED = "invited", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    LEFT = "left", _("Left")


class CollaborationQuerySet(models.QuerySet["Collaboration"]):
    """Reads of collaborations."""

    def visible_to(self, user: Any) -> "CollaborationQuerySet":
        """Those of the person's organizations: invited, taking part, or having taken part."""
        if not user.is_authenticated:
            return self.none()
        mine = Participant.objects.filter(organization__memberships__user=user).exclude(
            status=ParticipantStatus.DECLINED
        )
        return self.filter(pk__in=mine.values("collaboration"))

    def joined_by(self, organizations: Any) -> "CollaborationQuerySet":
        """Those in which one of the organizations takes part now."""
        accepted = Participant.objects.filter(organization__in=organizations, status=ParticipantStatus.ACCEPTED)
        return self.filter(pk__in=accepted.values("collaboration"))


class Collaboration(Created):
    """Organizations working on one goal."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    goal = models.TextField(_("goal"), max_length=2000)
    scenario = models.SlugField(_("scenario"), max_length=60, blank=True)
    initiator = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="initiated_collaborations")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    organizations = models.ManyToManyField(Organization, through="Participant", related_name="collaborations")

    objects = CollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:collaboration", args=[self.slug])

    @property
    def topic(self) -> str:
        return f"collaboration:{self.pk}"

    @property
    def current_agreement(self) -> "UsageAgreement | None":
        return self.agreements.order_by("-number").first()


class UsageAgreement(Created):
    """One version of the text that participants accept; never changed, only followed by the next."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="agreements")
    number = models.PositiveIntegerField()
    text = models.TextField(_("text"), max_length=50_000)
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "number"], name="agreement_versions_count_up")]

    def __str__(self) -> str:
        return f"{self.collaboration} v{self.number}"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Reads of participants."""

    def accepted(self) -> "ParticipantQuerySet":
        return self.filter(status=ParticipantStatus.ACCEPTED)

    def bound_by(self, agreement: UsageAgreement) -> "ParticipantQuerySet":
        """Those who take part and accepted this very text."""
        return self.accepted().filter(acceptances__agreement=agreement)

    def visible_to(self, user: Any) -> "ParticipantQuerySet":
        return self.filter(collaboration__in=Collaboration.objects.visible_to(user))

    def unbound(self) -> "ParticipantQuerySet":
        """Those who take part but have not accepted the text as it stands now."""
        texts = UsageAgreement.objects.filter(collaboration=OuterRef(OuterRef("collaboration"))).order_by("-number")
        bound = AgreementAcceptance.objects.filter(participant=OuterRef("pk"), agreement=texts.values("pk")[:1])
        return self.accepted().filter(~Exists(bound))

    def awaiting(self, user: Any, roles: Any) -> "ParticipantQuerySet":
        """Where this person could answer now: an invitation, or a text that has changed."""
        seats = Q(organization__memberships__user=user, organization__memberships__role__in=roles)
        mine = self.filter(seats, collaboration__closed_at=None)
        return mine.filter(Q(status=ParticipantStatus.INVITED) | Q(pk__in=mine.unbound().values("pk")))


class Participant(Created, HasStatus):
    """An organization inside a collaboration."""

    MOVES: ClassVar = {
        ParticipantStatus.INVITED: [ParticipantStatus.ACCEPTED, ParticipantStatus.DECLINED],
        ParticipantStatus.ACCEPTED: [ParticipantStatus.LEFT],
        ParticipantStatus.DECLINED: [ParticipantStatus.INVITED],
        ParticipantStatus.LEFT: [ParticipantStatus.INVITED],
    }

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="participants")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="participations")
    status = models.CharField(max_length=10, choices=ParticipantStatus, default=ParticipantStatus.INVITED)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "organization"], name="takes_part_once")]

    def __str__(self) -> str:
        return f"{self.organization} in {self.collaboration}"


class AgreementAcceptance(models.Model):
    """Who accepted which text in whose name, and when; kept for ever."""

    agreement = models.ForeignKey(UsageAgreement, on_delete=models.PROTECT, related_name="acceptances")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="acceptances")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["accepted_at"]
        constraints = [models.UniqueConstraint(fields=["agreement", "participant"], name="accepts_a_text_once")]

    def __str__(self) -> str:
        return f"{self.participant} · v{self.agreement.number}"
