"""What people do with a job: cancel, resume, answer for their data."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chainhub.jobs import services
from chainhub.jobs.models import Approval, Status
from chainhub.web.forms.jobs import DecisionForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.jobs.finding import visible_job


@login_required
@require_POST
def cancel(request: SignedInRequest, number: int) -> HttpResponse:
    """At once while it waits, within seconds while it runs."""
    job = services.cancel_job(visible_job(request.user, number), actor=request.user)
    told = _("The job is being stopped.") if job.status == Status.RUNNING else _("The job was canceled.")
    messages.success(request, told)
    return redirect(job)


@login_required
@require_POST
def resume(request: SignedInRequest, number: int) -> HttpResponse:
    """From its last checkpoint."""
    job = services.resume_job(visible_job(request.user, number), actor=request.user)
    messages.success(request, _("The job goes on from its last checkpoint."))
    return redirect(job)


@login_required
@require_POST
def decide(request: SignedInRequest, number: int, approval: int) -> HttpResponse:
    """A data owner's answer."""
    job = visible_job(request.user, number)
    asked = get_object_or_404(Approval.objects.visible_to(request.user), pk=approval, job=job)
    form = DecisionForm(request.POST)
    if form.is_valid():
        approve = form.cleaned_data["answer"] == "approve"
        services.decide_approval(asked, actor=request.user, approve=approve, note=form.cleaned_data["note"])
        messages.success(request, _("The job was approved.") if approve else _("The job was declined."))
    return redirect(job)


urlpatterns = [
    path("jobs/<int:number>/cancel/", cancel, name="job-cancel"),
    path("jobs/<int:number>/resume/", resume, name="job-resume"),
    path("jobs/<int:number>/approvals/<int:approval>/", decide, name="job-decide"),
]
