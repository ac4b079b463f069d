"""Pages: jobs."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from chainhub.jobs.models import TrainingJob


@login_required
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job."""
    found = get_object_or_404(TrainingJob.objects.visible_to(request.user), pk=number)
    return HttpResponse(str(found))


urlpatterns = [path("jobs/<int:number>/", job, name="job")]
