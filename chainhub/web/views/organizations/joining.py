"""The page behind an invitation's link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chainhub.organizations import invitations
from chainhub.web.http import SignedInRequest
from chainhub.web.middleware import ACTING_KEY


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: SignedInRequest, token: str) -> HttpResponse:
    """What the link offers, and taking it; whoever is not signed in signs in or up first and comes back."""
    invitation = invitations.open_invitation(token)
    if invitation is None:
        return render(request, "web/organizations/join.html", {"invitation": None}, status=404)
    if request.method == "POST":
        seat = invitations.accept_invitation(invitation, actor=request.user)
        request.session[ACTING_KEY] = seat.organization_id
        messages.success(request, _("Welcome to %(organization)s.") % {"organization": invitation.organization})
        return redirect(invitation.organization)
    for_another = bool(invitation.email) and invitation.email != request.user.email
    context = {"invitation": invitation, "organization": invitation.organization, "for_another": for_another}
    return render(request, "web/organizations/join.html", context)


urlpatterns = [path("join/<str:token>/", join, name="invitation")]
