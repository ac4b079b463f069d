"""What taking data back has stopped, kept for its owner."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.datasets.permissions import may_withdraw
from chainhub.policies.models import WithdrawalReport
from chainhub.web.http import SignedInRequest


@login_required
@require_safe
def report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Jobs stopped, models that had learnt, who downloaded them, and how to train anew without the data."""
    rows = WithdrawalReport.objects.visible_to(request.user).distinct()
    found = get_object_or_404(
        rows.select_related("dataset__organization", "grant__collaboration", "grant__organization", "actor"), pk=pk
    )
    context = {
        "report": found,
        "dataset": found.dataset,
        "may_withdraw": may_withdraw(request.user, found.dataset),
        "jobs": found.found["jobs"],
        "models": found.found["models"],
    }
    return render(request, "web/policies/report.html", context)


urlpatterns = [path("withdrawal-reports/<int:pk>/", report, name="withdrawal-report")]
