"""Who belongs to an organization: roles, leaving, and invitations going out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from chainhub.organizations import invitations, services
from chainhub.organizations.models import Membership, Organization
from chainhub.web.forms.organizations import InvitationForm, RoleForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.organizations.profile import detail_context


def _own(request: SignedInRequest, slug: str) -> Organization:
    # To others the organization's inner life is not there; what a member may do is asked by the service.
    return get_object_or_404(Organization.objects.of(request.user), slug=slug)


def _seat(request: SignedInRequest, slug: str, pk: int) -> Membership:
    return get_object_or_404(_own(request, slug).memberships.select_related("user"), pk=pk)


@login_required
@require_POST
def role(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Give a member another role."""
    seat, form = _seat(request, slug, pk), RoleForm(request.POST)
    if form.is_valid():
        seat = services.change_role(seat, actor=request.user, role=form.cleaned_data["role"])
        who = {"person": seat.user, "role": seat.get_role_display()}
        messages.success(request, _("%(person)s is now %(role)s.") % who)
    return redirect("web:organization", slug)


@login_required
@require_POST
def remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take a member's seat, or leave one's own."""
    seat = _seat(request, slug, pk)
    services.remove_member(seat, actor=request.user)
    messages.success(request, _("%(person)s no longer belongs to the organization.") % {"person": seat.user})
    return redirect("web:organization", slug)


@login_required
@never_cache
@require_POST
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a link; it is shown in this answer and never again."""
    organization, form, link = _own(request, slug), InvitationForm(request.POST), ""
    if form.is_valid():
        invitation, token = invitations.invite_person(organization, actor=request.user, **form.wanted)
        link = request.build_absolute_uri(reverse("web:invitation", args=[token]))
        invitations.mail_invitation(invitation, link)
        form = InvitationForm()
    context = detail_context(request, organization, invitation_form=form, link=link)
    return render(request, "web/organizations/detail.html", context)


@login_required
@require_POST
def revoke(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """End a link that was not used."""
    invitation = get_object_or_404(_own(request, slug).invitations, pk=pk)
    invitations.revoke_invitation(invitation, actor=request.user)
    messages.success(request, _("The invitation no longer works."))
    return redirect("web:organization", slug)


urlpatterns = [
    path("organizations/<slug:slug>/members/<int:pk>/role/", role, name="member-role"),
    path("organizations/<slug:slug>/members/<int:pk>/remove/", remove, name="member-remove"),
    path("organizations/<slug:slug>/invitations/", invite, name="invite"),
    path("organizations/<slug:slug>/invitations/<int:pk>/revoke/", revoke, name="invitation-revoke"),
]
