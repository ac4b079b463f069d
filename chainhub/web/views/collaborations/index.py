"""The list of collaborations, and opening one."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from chainhub.collaborations import permissions, services
from chainhub.collaborations.agreements import default_agreement
from chainhub.collaborations.models import Collaboration, ParticipantStatus
from chainhub.organizations.models import Organization
from chainhub.scenarios.catalogue import scenario
from chainhub.web.forms.collaborations import CollaborationForm
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of, words_in


@login_required
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    """The person's collaborations, open ones first."""
    found = Collaboration.objects.visible_to(request.user)
    if words := words_in(request):
        found = found.filter(Q(name__icontains=words) | Q(goal__icontains=words))
    if (state := request.GET.get("state", "")) in {"open", "closed"}:
        found = found.filter(closed_at__isnull=state == "open")
    found = found.select_related("initiator").prefetch_related("participants__organization")
    found = found.annotate(job_count=Count("jobs", distinct=True), model_count=Count("models", distinct=True))
    page = page_of(request, found.order_by("closed_at", "-created_at"), per=12)
    for one in page:
        one.purpose = scenario(one.scenario)
    return render(request, "web/collaborations/index.html", {"page": page, "mine": _seats(request)})


def _seats(request: SignedInRequest) -> set[int]:
    """Where one of the person's organizations has been invited and not answered."""
    mine = Organization.objects.of(request.user)
    invited = Collaboration.objects.filter(
        participants__organization__in=mine, participants__status=ParticipantStatus.INVITED
    )
    return set(invited.values_list("pk", flat=True))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Open a collaboration for the organization acted for."""
    acting = request.acting
    if not acting or not permissions.may_open_for(request.user, acting):
        return render(request, "web/collaborations/not_yet.html", {"organization": acting})
    initial = {"scenario": request.GET.get("scenario", "")}
    form = CollaborationForm(
        request.POST or None, organization=acting, language=get_language() or "en", initial=initial
    )
    if request.method == "POST" and form.is_valid():
        return redirect(services.open_collaboration(actor=request.user, organization=acting, **form.cleaned_data))
    return render(request, "web/collaborations/new.html", {"form": form})


@login_required
@require_GET
def agreement_text(request: SignedInRequest) -> HttpResponse:
    """The text to begin with in the language asked for; fills the form's field."""
    language = "zh-hans" if request.GET.get("language") == "zh-hans" else "en"
    return render(request, "web/collaborations/_agreement_text.html", {"text": default_agreement(language)})


urlpatterns = [
    path("collaborations/", index, name="collaborations"),
    path("collaborations/new/", new, name="collaboration-new"),
    path("collaborations/new/agreement/", agreement_text, name="agreement-text"),
]
