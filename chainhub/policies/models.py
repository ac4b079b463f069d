"""Usage policies, requests for access with their negotiation, and what was agreed. Nothing here is ever rewritten."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.models import Collaboration
from chainhub.core.models import Created, HasStatus
from chainhub.datasets.models import Dataset, Grant
from chainhub.organizations.models import Organization
from chainhub.policies.parsing import parse_terms
from chainhub.policies.states import OPEN, Side, State
from chainhub.policies.terms import Terms

PERSON = settings.AUTH_USER_MODEL


class Kept(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("This row is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("This row is never deleted.")


class UsagePolicyQuerySet(models.QuerySet["UsagePolicy"]):
    """Reads of policies."""

    def visible_to(self, user: Any) -> "UsagePolicyQuerySet":
        """Of datasets whose card the person may see."""
        return self.filter(dataset__in=Dataset.objects.visible_to(user))

    def current(self) -> "UsagePolicyQuerySet":
        """The newest of each dataset."""
        newest = UsagePolicy.objects.filter(dataset=models.OuterRef("dataset")).order_by("-number")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))


class UsagePolicy(Kept, Created):
    """Under which terms an owner offers a dataset; changed by writing the next. Grants keep their own terms."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    note = models.CharField(_("why it changed"), max_length=300, blank=True)
    created_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    objects = UsagePolicyQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="policies_count_up")]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.number}"

    @property
    def said(self) -> Terms:
        return parse_terms(self.terms)


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    """Reads of requests."""

    def visible_to(self, user: Any) -> "AccessRequestQuerySet":
        """Of the two organizations that negotiate."""
        if not user.is_authenticated:
            return self.none()
        mine = Organization.objects.of(user)
        return self.filter(Q(organization__in=mine) | Q(dataset__organization__in=mine))

    def open(self) -> "AccessRequestQuerySet":
        return self.filter(status__in=OPEN)

    def awaiting(self, user: Any, providers: Any, consumers: Any) -> "AccessRequestQuerySet":
        """Those that this person could answer now: the owner's turn, or the other's."""
        owns = Q(dataset__organization__memberships__user=user, dataset__organization__memberships__role__in=providers)
        asks = Q(organization__memberships__user=user, organization__memberships__role__in=consumers)
        return self.filter((owns & Q(status=State.REQUESTED)) | (asks & Q(status=State.OFFERED))).distinct()


class AccessRequest(Created, HasStatus):
    """An organization asks to use a dataset in a collaboration; both negotiate until they agree or one ends it."""

    MOVES: ClassVar = {}

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="access_requests")
    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="access_requests")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="access_requests", help_text=_("Who asks.")
    )
    requested_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField(_("purpose"), max_length=2000)
    policy = models.ForeignKey(UsagePolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=State, default=State.REQUESTED, db_index=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "collaboration", "organization"],
                condition=Q(status__in=OPEN),
                name="one_open_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.dataset}"

    def get_absolute_url(self) -> str:
        return reverse("web:access-request", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"access-request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class Turn(Kept):
    """One move of a negotiation. `person` is null where the hub itself moved on, because both had said the same."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="turns")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8, choices=Side)
    state = models.CharField(max_length=12, choices=State, help_text="where the negotiation stood after it")
    person = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField(help_text="the terms on the table after it")
    note = models.CharField(_("a word to them"), max_length=1000, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="turns_count_up")]

    def __str__(self) -> str:
        return f"{self.request_id}-{self.number} {self.state}"

    @property
    def said(self) -> Terms:
        return parse_terms(self.terms)


class SignedAgreementQuerySet(models.QuerySet["SignedAgreement"]):
    """Reads of agreements."""

    def visible_to(self, user: Any) -> "SignedAgreementQuerySet":
        """Of the two organizations that made it."""
        return self.filter(request__in=AccessRequest.objects.visible_to(user))


class SignedAgreement(Kept, Created):
    """What two organizations agreed on, word by word in both languages; `sha256` is that of the text in UTF-8."""

    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="agreement")
    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="agreement")
    terms = models.JSONField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    provider_person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    provider_at = models.DateTimeField()
    consumer_person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    consumer_at = models.DateTimeField()

    objects = SignedAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.request} · {self.sha256[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("web:signed-agreement", args=[self.pk])

    @property
    def said(self) -> Terms:
        return parse_terms(self.terms)


class ReportQuerySet(models.QuerySet["WithdrawalReport"]):
    """Reads of reports."""

    def visible_to(self, user: Any) -> "ReportQuerySet":
        """The owner's people only: it says who downloaded what."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(dataset__organization__in=Organization.objects.of(user))


class WithdrawalReport(Kept, Created):
    """What taking data back has stopped, and which models had learnt from it by then and who downloaded them.

    `found` is {jobs: [{number, title, status, collaboration, organization}], models: [{name, number, url, job,
    received_by: [name], downloads: [{person, organization, path, at}]}]}.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="withdrawal_reports")
    grant = models.ForeignKey(
        Grant, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text=_("Null: all use of it.")
    )
    actor = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    found = models.JSONField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.created_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("web:withdrawal-report", args=[self.pk])
