"""What two organizations agreed on: as a page, as PDF, as plain text whose hash can be checked, and as ODRL."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.policies import odrl
from chainhub.policies.models import SignedAgreement
from chainhub.policies.names import as_told
from chainhub.policies.pdf import pdf_of
from chainhub.policies.permissions import may_request
from chainhub.policies.standing import Force, standing_of
from chainhub.policies.wording import BETWEEN
from chainhub.web.http import SignedInRequest
from chainhub.web.views.policies.offering import download


def visible_agreement(request: SignedInRequest, pk: int) -> SignedAgreement:
    """404 for everybody but the two organizations."""
    rows = SignedAgreement.objects.visible_to(request.user).select_related(
        "request__dataset__organization", "request__organization", "request__collaboration", "grant",
        "provider_person", "consumer_person",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


@login_required
@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Text, parties, people, times, hash."""
    agreement = visible_agreement(request, pk)
    english, _between, chinese = agreement.text.partition(BETWEEN)
    texts = [("en", english), ("zh-Hans", chinese)]
    dataset, standing = agreement.request.dataset, standing_of(agreement)
    context = {
        "agreement": agreement,
        "asked": agreement.request,
        "texts": texts[::-1] if (get_language() or "").startswith("zh") else texts,
        "check": f"sha256sum {_name(agreement)}.txt",
        "standing": standing,
        "may_request": standing.force == Force.ENDED and may_request(request.user, dataset),
        "leads": not standing.holds and Dataset.objects.visible_to(request.user).filter(pk=dataset.pk).exists(),
    }
    return render(request, "web/policies/agreement.html", context)


@login_required
@require_safe
def as_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """To print and to file."""
    agreement = visible_agreement(request, pk)
    return _file(pdf_of(agreement), "application/pdf", f"{_name(agreement)}.pdf")


@login_required
@require_safe
def as_text(request: SignedInRequest, pk: int) -> HttpResponse:
    """The very bytes of which the hash is."""
    agreement = visible_agreement(request, pk)
    return _file(agreement.text.encode(), "text/plain; charset=utf-8", f"{_name(agreement)}.txt")


@login_required
@require_safe
def as_odrl(request: SignedInRequest, pk: int) -> HttpResponse:
    """For programs."""
    agreement = visible_agreement(request, pk)
    here, asked = request.build_absolute_uri, agreement.request
    policy = odrl.agreement(
        as_told(agreement.said, Collaboration.objects.visible_to(request.user)),
        uid=here(agreement.get_absolute_url()),
        target=here(asked.dataset.get_absolute_url()),
        assigner=here(asked.dataset.organization.get_absolute_url()),
        assignee=here(asked.organization.get_absolute_url()),
    )
    return download(policy, f"{_name(agreement)}.json")


def _name(agreement: SignedAgreement) -> str:
    """Of its files, without an ending."""
    return f"agreement-{agreement.request_id}"


def _file(content: bytes, kind: str, filename: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


ONE = "agreements/<int:pk>/"
urlpatterns = [
    path(ONE, detail, name="signed-agreement"),
    path(f"{ONE}agreement.pdf", as_pdf, name="signed-agreement-pdf"),
    path(f"{ONE}agreement.txt", as_text, name="signed-agreement-text"),
    path(f"{ONE}odrl.json", as_odrl, name="signed-agreement-odrl"),
]
