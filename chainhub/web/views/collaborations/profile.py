"""One collaboration: goal, who brings and gets what, agreement, jobs, and the best models."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from chainhub.accounts.models import User
from chainhub.collaborations import permissions
from chainhub.collaborations.models import (
    AgreementAcceptance,
    Collaboration,
    Participant,
    ParticipantStatus,
    UsageAgreement,
)
from chainhub.datasets.models import DatasetVersion, Grant
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.permissions import launching_organizations
from chainhub.organizations.models import Membership
from chainhub.organizations.permissions import MANAGERS
from chainhub.registry.models import ModelShare, ModelVersion
from chainhub.scenarios.catalogue import scenario
from chainhub.web.forms.collaborations import InviteForm
from chainhub.web.http import SignedInRequest
from chainhub.web.leaderboard import board, ranked

SHOWN, MOST = 8, 40


@dataclass(kw_only=True)
class Seat:
    """A participant and what it brings and gets."""

    participant: Participant
    acceptance: AgreementAcceptance | None
    decides: bool
    leads: bool
    grants: list[Grant]
    received: int
    share: float = 0.0

    @property
    def bound(self) -> bool:
        """Whether it accepted the text as it stands."""
        return self.acceptance is not None

    @property
    def rows(self) -> int:
        """How many rows its granted datasets hold."""
        return sum(getattr(grant, "rows", None) or 0 for grant in self.grants)

    @property
    def asked(self) -> bool:
        """Whether the person has something to decide for it."""
        waiting = self.participant.status == ParticipantStatus.INVITED
        stale = self.participant.status == ParticipantStatus.ACCEPTED and not self.bound
        return self.decides and (waiting or stale)

    @property
    def may_leave(self) -> bool:
        return self.decides and not self.leads and self.participant.status == ParticipantStatus.ACCEPTED


def visible(request: SignedInRequest, slug: str) -> Collaboration:
    """The collaboration at this address, if the person may see it."""
    found = Collaboration.objects.visible_to(request.user).select_related("initiator", "created_by")
    return get_object_or_404(found, slug=slug)


def seats_of(collaboration: Collaboration, agreement: UsageAgreement | None, user: User) -> list[Seat]:
    """Every participant with what it brings and gets, as far as the person may see it."""
    accepted = AgreementAcceptance.objects.filter(agreement=agreement).select_related("accepted_by")
    acceptances = {one.participant_id: one for one in accepted}
    decides = set(Membership.objects.filter(user=user, role__in=MANAGERS).values_list("organization_id", flat=True))
    grants = _grants(collaboration, user)
    shares = ModelShare.objects.filter(version__model__collaboration=collaboration).order_by()
    received = dict(shares.values_list("organization").annotate(count=Count("pk")).values_list("organization", "count"))
    seats = [
        Seat(
            participant=one,
            acceptance=acceptances.get(one.pk),
            decides=one.organization_id in decides and collaboration.closed_at is None,
            leads=one.organization_id == collaboration.initiator_id,
            grants=[grant for grant in grants if grant.dataset.organization_id == one.organization_id],
            received=received.get(one.organization_id, 0),
        )
        for one in collaboration.participants.select_related("organization")
        if one.status != ParticipantStatus.DECLINED or collaboration.initiator_id in decides
    ]
    rows = sum(seat.rows for seat in seats)
    for seat in seats:
        seat.share = seat.rows / rows if rows else 0.0
    return seats


def _grants(collaboration: Collaboration, user: User) -> list[Grant]:
    latest = DatasetVersion.objects.ready().filter(dataset=OuterRef("dataset")).order_by("-number")
    grants = Grant.objects.visible_to(user).active().filter(collaboration=collaboration, dataset__withdrawn_at=None)
    grants = grants.select_related("dataset", "dataset__organization")
    return list(grants.annotate(rows=Subquery(latest.values("rows")[:1])))


@login_required
@require_GET
def detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """The collaboration's page."""
    collaboration = visible(request, slug)
    return render(request, "web/collaborations/detail.html", detail_context(request, collaboration))


def detail_context(request: SignedInRequest, collaboration: Collaboration) -> dict[str, Any]:
    """What the page shows."""
    agreement = collaboration.current_agreement
    seats = seats_of(collaboration, agreement, request.user)
    versions = ModelVersion.objects.visible_to(request.user).filter(model__collaboration=collaboration)
    leads = permissions.may_lead(request.user, collaboration)
    return {
        "collaboration": collaboration,
        "purpose": scenario(collaboration.scenario),
        "agreement": agreement,
        "seats": seats,
        "asked": [seat for seat in seats if seat.asked],
        "joined": [seat for seat in seats if seat.participant.status == ParticipantStatus.ACCEPTED],
        "rows": sum(seat.rows for seat in seats),
        "entries": (entries := ranked(versions.select_related("model", "model__organization").order_by("-pk")[:MOST])),
        "board": board(entries),
        "version_count": versions.count(),
        **_jobs(request, collaboration),
        "leads": leads,
        "may_launch": not collaboration.closed_at and launching_organizations(request.user, collaboration).exists(),
        "invite_form": InviteForm(collaboration=collaboration) if leads else None,
        "live_topics": collaboration.topic,
    }


def _jobs(request: SignedInRequest, collaboration: Collaboration) -> dict[str, Any]:
    found = TrainingJob.objects.visible_to(request.user).filter(collaboration=collaboration)
    return {"jobs": list(found.select_related("organization")[:SHOWN]), "job_count": found.count()}


@login_required
@require_GET
def jobs(request: SignedInRequest, slug: str) -> HttpResponse:
    """Its newest jobs, fetched again when one of them moves."""
    collaboration = visible(request, slug)
    context = {"collaboration": collaboration, **_jobs(request, collaboration)}
    return render(request, "web/collaborations/_jobs.html", context)


urlpatterns = [
    path("collaborations/<slug:slug>/", detail, name="collaboration"),
    path("collaborations/<slug:slug>/jobs/", jobs, name="collaboration-jobs"),
]
