"""What a participant's owners and admins decide: accept, decline, leave."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.collaborations import agreements
from chainhub.collaborations.models import Participant
from chainhub.datasets.models import Grant
from chainhub.jobs.models import JobInput, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.web.forms.collaborations import AcceptForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.collaborations.agreement import agreement_context
from chainhub.web.views.collaborations.profile import visible


def _own(request: SignedInRequest, slug: str, pk: int) -> Participant:
    """The person's own organization's place in the collaboration."""
    mine = visible(request, slug).participants.filter(organization__in=Organization.objects.of(request.user))
    return get_object_or_404(mine.select_related("organization", "collaboration", "collaboration__initiator"), pk=pk)


@login_required
@require_POST
def accept(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take part under the text that was read."""
    participant, form = _own(request, slug, pk), AcceptForm(request.POST)
    collaboration = participant.collaboration
    if not form.is_valid():
        context = agreement_context(request, collaboration, accept_form=form)
        return render(request, "web/collaborations/agreement.html", context, status=422)
    text = get_object_or_404(collaboration.agreements, pk=form.cleaned_data["agreement"])
    agreements.accept_agreement(participant, actor=request.user, agreement=text)
    messages.success(
        request, _("%(organization)s takes part under this agreement.") % {"organization": participant.organization}
    )
    return redirect(collaboration)


@login_required
@require_POST
def decline(request: SignedInRequest, slug: str, pk: int) -> HttpResponseRedirect:
    """Do not take part."""
    participant = agreements.decline_invitation(_own(request, slug, pk), actor=request.user)
    messages.success(request, _("%(organization)s has declined.") % {"organization": participant.organization})
    return redirect("web:collaborations")


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """First what leaving affects, then leaving."""
    participant = _own(request, slug, pk)
    if request.method == "POST":
        agreements.leave_collaboration(participant, actor=request.user)
        messages.success(request, _("%(organization)s has left.") % {"organization": participant.organization})
        return redirect(participant.collaboration)
    return render(request, "web/collaborations/leave.html", _affected(participant))


def _affected(participant: Participant) -> dict[str, Any]:
    """What leaving ends: the datasets granted, and the unfinished jobs that use them."""
    collaboration, organization = participant.collaboration, participant.organization
    grants = Grant.objects.active().filter(collaboration=collaboration, dataset__organization=organization)
    used = JobInput.objects.filter(version__dataset__organization=organization)
    jobs = TrainingJob.objects.unfinished().filter(collaboration=collaboration, pk__in=used.values("job"))
    return {
        "participant": participant,
        "collaboration": collaboration,
        "grants": grants.select_related("dataset", "dataset__organization"),
        "jobs": jobs,
    }


urlpatterns = [
    path("collaborations/<slug:slug>/participants/<int:pk>/accept/", accept, name="participant-accept"),
    path("collaborations/<slug:slug>/participants/<int:pk>/decline/", decline, name="participant-decline"),
    path("collaborations/<slug:slug>/participants/<int:pk>/leave/", leave, name="participant-leave"),
]
