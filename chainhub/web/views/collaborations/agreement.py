"""The usage agreement: its versions, what changed between them, who accepted which, and proposing the next."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chainhub.collaborations import agreements, permissions, services
from chainhub.collaborations.models import AgreementAcceptance, Collaboration, UsageAgreement
from chainhub.web.differences import changes
from chainhub.web.forms.collaborations import AcceptForm, AgreementForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.collaborations.profile import seats_of, visible


@login_required
@require_GET
def agreement(request: SignedInRequest, slug: str) -> HttpResponse:
    """One version (`?version=2`, else the newest) beside the one before it."""
    return render(request, "web/collaborations/agreement.html", agreement_context(request, visible(request, slug)))


def agreement_context(request: SignedInRequest, collaboration: Collaboration, **more: Any) -> dict[str, Any]:
    """What the page of the agreement shows."""
    versions = list(collaboration.agreements.select_related("created_by").order_by("-number"))
    shown = _asked_for(request, versions)
    before = next((one for one in versions if one.number < shown.number), None)
    acceptances = AgreementAcceptance.objects.filter(agreement=shown)
    acceptances = acceptances.select_related("participant__organization", "accepted_by")
    seats = seats_of(collaboration, versions[0], request.user)
    return {
        "collaboration": collaboration,
        "versions": versions,
        "shown": shown,
        "current": shown == versions[0],
        "before": before,
        "changes": changes(before.text, shown.text) if before else [],
        "acceptances": acceptances,
        "asked": [seat for seat in seats if seat.asked] if shown == versions[0] else [],
        "accept_form": AcceptForm(initial={"agreement": shown.pk}),
        "leads": permissions.may_lead(request.user, collaboration),
        **more,
    }


def _asked_for(request: SignedInRequest, versions: list[UsageAgreement]) -> UsageAgreement:
    number = request.GET.get("version", "")
    if not versions:
        raise Http404
    if not number:
        return versions[0]
    for one in versions:
        if str(one.number) == number:
            return one
    raise Http404


@login_required
@require_http_methods(["GET", "POST"])
def amend(request: SignedInRequest, slug: str) -> HttpResponse:
    """Propose the next version."""
    collaboration = visible(request, slug)
    services.check_leads(request.user, collaboration)
    current = collaboration.current_agreement
    form = AgreementForm(request.POST or None, initial={"text": current.text if current else ""})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            text = agreements.amend_agreement(collaboration, actor=request.user, text=form.cleaned_data["text"])
            told = _("Version %(number)s stands. The other participants are asked to accept it.")
            messages.success(request, told % {"number": text.number})
            return redirect("web:agreement", slug)
    others = collaboration.participants.accepted().exclude(organization=collaboration.initiator).count()
    context = {"collaboration": collaboration, "form": form, "current": current, "others": others}
    return render(request, "web/collaborations/amend.html", context)


urlpatterns = [
    path("collaborations/<slug:slug>/agreement/", agreement, name="agreement"),
    path("collaborations/<slug:slug>/agreement/amend/", amend, name="agreement-amend"),
]
