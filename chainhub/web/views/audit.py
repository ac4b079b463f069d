"""Pages: the audit log, its export, and the check of its chain."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from chainhub.accounts.models import User
from chainhub.activity.exporting import FORMS, exported
from chainhub.activity.verbs import named
from chainhub.activity.verifying import check_log
from chainhub.collaborations.reading import filtered, topics_of, visible_events
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of


@login_required
@require_GET
def audit(request: SignedInRequest) -> HttpResponse:
    """Every act that concerns the person's organizations and collaborations."""
    topics = topics_of(request.user)
    events = visible_events(topics)
    page = page_of(request, filtered(events, request.GET, topics), per=50)
    context = {
        "page": page,
        "topics": topics,
        "acts": named(list(events.order_by("verb").values_list("verb", flat=True).distinct())),
        "people": User.objects.filter(pk__in=events.order_by().values("actor")).order_by("name"),
    }
    return render(request, "web/audit/index.html", context)


@login_required
@require_POST
def verify(request: SignedInRequest) -> HttpResponse:
    """Recompute the chain of hashes from its first event to its last."""
    return render(request, "web/audit/_chain.html", {"checked": check_log()})


@login_required
@require_GET
def export(request: SignedInRequest, form: str) -> StreamingHttpResponse:
    """What the filters of the address leave, as CSV or JSON, oldest first."""
    if form not in FORMS:
        raise Http404
    topics = topics_of(request.user)
    events = filtered(visible_events(topics), request.GET, topics)
    answer = StreamingHttpResponse(exported(events, form), content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return answer


urlpatterns = [
    path("audit/", audit, name="audit"),
    path("audit/verify/", verify, name="audit-verify"),
    path("audit/export.<str:form>", export, name="audit-export"),
]
