"""What the initiator does: goal, invitations, closing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.collaborations import services
from chainhub.collaborations.models import Collaboration
from chainhub.web.forms.collaborations import GoalForm, InviteForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.collaborations.profile import visible


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change name and goal."""
    collaboration = visible(request, slug)
    form = GoalForm(request.POST or None, instance=collaboration)
    if request.method == "POST" and form.is_valid():
        fresh = Collaboration.objects.get(pk=collaboration.pk)
        return redirect(services.change_collaboration(fresh, actor=request.user, **form.cleaned_data))
    services.check_leads(request.user, collaboration)
    return render(request, "web/collaborations/edit.html", {"form": form, "collaboration": collaboration})


@login_required
@require_POST
def invite(request: SignedInRequest, slug: str) -> HttpResponseRedirect:
    """Ask an organization to take part."""
    collaboration = visible(request, slug)
    services.check_leads(request.user, collaboration)
    form = InviteForm(request.POST, collaboration=collaboration)
    if form.is_valid():
        organization = form.cleaned_data["organization"]
        services.invite_organization(collaboration, organization, actor=request.user)
        messages.success(request, _("%(organization)s has been invited.") % {"organization": organization.name})
    else:
        messages.error(request, _("Choose an organization that does not take part yet."))
    return redirect(collaboration)


@login_required
@require_POST
def close(request: SignedInRequest, slug: str) -> HttpResponseRedirect:
    """Nothing new begins in it."""
    collaboration = services.close_collaboration(visible(request, slug), actor=request.user)
    messages.success(request, _("“%(name)s” is closed.") % {"name": collaboration.name})
    return redirect(collaboration)


urlpatterns = [
    path("collaborations/<slug:slug>/edit/", edit, name="collaboration-edit"),
    path("collaborations/<slug:slug>/invite/", invite, name="collaboration-invite"),
    path("collaborations/<slug:slug>/close/", close, name="collaboration-close"),
]
