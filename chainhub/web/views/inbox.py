"""Pages: the inbox. Decisions come first, then news."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chainhub.activity import services
from chainhub.activity.models import Notice
from chainhub.jobs.models import Approval
from chainhub.jobs.services.approving import decide_approval
from chainhub.organizations.permissions import STEWARDS
from chainhub.web.http import SignedInRequest
from chainhub.web.inbox import decisions, inbox_count
from chainhub.web.pages import page_of
from chainhub.web.topics import own_topic

LONGEST_NOTE = 300


@login_required
@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    """What awaits the person; `?show=unread` leaves out what was read."""
    notices = Notice.objects.visible_to(request.user)
    unread = notices.unread().count()
    page = page_of(request, notices.unread() if request.GET.get("show") == "unread" else notices)
    context = {"decisions": decisions(request.user), "page": page, "unread": unread}
    return render(request, "web/inbox/index.html", context)


@login_required
@require_GET
def count(request: SignedInRequest) -> HttpResponse:
    """How much waits, for the frame of every page."""
    context = {"inbox_count": inbox_count(request.user), "own_topic": own_topic(request.user)}
    return render(request, "web/inbox/_count.html", context)


@login_required
@require_GET
def follow(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """Open what a notice is about; it is read by then."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    services.mark_read(request.user, notices=[notice.pk])
    return redirect(notice.url or "web:inbox")


@login_required
@require_POST
def read(request: SignedInRequest) -> HttpResponseRedirect:
    """Mark one notice (`notice`) or all as read."""
    one = request.POST.get("notice", "")
    services.mark_read(request.user, notices=[int(one[:18])] if one.isdecimal() else None)
    return redirect("web:inbox")


@login_required
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """Answer a job that asks to train on the organization's data."""
    approval = get_object_or_404(Approval.objects.awaiting(request.user, STEWARDS).select_related("job"), pk=pk)
    approve = request.POST.get("decision") == "approve"
    note = request.POST.get("note", "").strip()[:LONGEST_NOTE]
    decide_approval(approval, actor=request.user, approve=approve, note=note)
    messages.success(request, _("Approved.") if approve else _("Declined."))
    return redirect("web:inbox")


urlpatterns = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/count/", count, name="inbox-count"),
    path("inbox/read/", read, name="inbox-read"),
    path("inbox/<int:pk>/", follow, name="notice"),
    path("inbox/approvals/<int:pk>/", decide, name="approval-decide"),
]
