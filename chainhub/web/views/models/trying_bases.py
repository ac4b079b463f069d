"""Trying a base model in the browser: it answers a text, or tells how alike texts or pictures are; nothing is kept."""

from itertools import combinations
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from chainhub.bases.models import BaseModel, Task
from chainhub.registry.bases import ask_base
from chainhub.scenarios import sights
from chainhub.web.explaining.reasons import reasons_of, warnings_of
from chainhub.web.forms.bases import PicturesForm, TextsForm
from chainhub.web.forms.models import PromptForm
from chainhub.web.forms.trying import told_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.models.trying import refused

SHADES = 4
MOST_PAIRS = 10


def try_context(base: BaseModel, address: str) -> dict[str, Any]:
    """The form that fits what the base model does, and how a program asks; none of what was made here."""
    if base.collaboration_id is not None:
        return {}
    rows = {
        Task.LANGUAGE: '{"text": "…", "length": 60, "temperature": 0.8}',
        Task.CLASSIFICATION: '{"text": "…"}, {"text": "…"}',
        Task.VISION: '{"image": "…"}, {"image": "…"}',
    }[Task(base.task)]
    asked = (
        'curl --fail -H "Authorization: Bearer $CHAINHUB_TOKEN" -H "Content-Type: application/json" \\\n'
        f"  -d '{{\"rows\": [{rows}]}}' \\\n"
        f'  "{address}{reverse("api:base-predict", args=[base.organization.slug, base.slug])}"'
    )
    forms = {Task.LANGUAGE: PromptForm, Task.CLASSIFICATION: TextsForm, Task.VISION: PicturesForm}
    looks = base.task == Task.VISION
    kinds = {"writes": base.task == Task.LANGUAGE, "looks": looks, "photographs": looks and sights.are_here()}
    return {"try_form": forms[Task(base.task)](), "asked": asked, "example": _example(base), **kinds}


def _example(base: BaseModel) -> dict[str, str]:
    """What one click tries. The writer that is imported here knows English alone, so its question is not translated."""
    if base.task == Task.CLASSIFICATION:
        return {"texts": str(TextsForm.base_fields["texts"].widget.attrs["placeholder"])}
    return {"text": "What is a contract?"} if base.task == Task.LANGUAGE else {}


@login_required
@require_POST
def predict_base(request: SignedInRequest, organization: str, slug: str) -> HttpResponse:
    """A text, or several, or pictures → a fragment with the answer."""
    # What was made here has a form on its model's page alone, which knows what such an answer is.
    base = get_object_or_404(BaseModel.objects.visible_to(request.user).imported().at(organization, slug))
    return _answered(request, base) if base.task == Task.LANGUAGE else _compared(request, base)


def _answered(request: SignedInRequest, base: BaseModel) -> HttpResponse:
    form = PromptForm(request.POST)
    if form.is_valid():
        with told_in(form):
            answer = ask_base(base, [form.row], actor=request.user, explain="explain" in request.POST)[0]
            told = {"prediction": answer, "warnings": warnings_of(answer), "reasons": reasons_of(answer)}
            return render(request, "web/models/_answer.html", {"title": base.name, **told})
    return refused(request, form)


def _compared(request: SignedInRequest, base: BaseModel) -> HttpResponse:
    looks = base.task == Task.VISION
    form = PicturesForm(request.POST, _sent(request)) if looks else TextsForm(request.POST)
    if form.is_valid():
        with told_in(form):
            rows = form.rows
            answers = ask_base(base, rows, actor=request.user)
            names = [one.name for one in form.cleaned_data["pictures"]] if looks else [row["text"] for row in rows]
            told = {"base": base, "looks": looks, **likeness(names, answers)}
            return render(request, "web/models/_likeness.html", told)
    return refused(request, form)


def _sent(request: SignedInRequest) -> Any:
    """The person's own pictures, or the photographs that are offered in their place."""
    if "example" in request.POST and sights.are_here():
        found = [SimpleUploadedFile(name, content) for name, content in sights.photographs()]
        return MultiValueDict({"pictures": found})
    return request.FILES


def likeness(texts: list[str], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Pairs of texts (or of pictures' names), the most alike first; `lines` of a square with every pair; warnings."""
    near = [answer["likeness"] for answer in answers]
    pairs = [
        {"one": texts[one], "other": texts[other], "value": near[one][other], "bar": max(0.0, near[one][other])}
        for one, other in combinations(range(len(texts)), 2)
    ]
    square = [[{"value": value, "level": _shade(value)} for value in row] for row in near]
    return {
        "pairs": sorted(pairs, key=lambda pair: -pair["value"])[:MOST_PAIRS],
        "more": len(pairs) > MOST_PAIRS,
        "lines": list(zip(texts, square, strict=True)) if len(pairs) > 1 else [],
        "cut": [(text, said) for text, answer in zip(texts, answers, strict=True) for said in warnings_of(answer)],
    }


def _shade(value: float) -> int:
    return min(SHADES, max(0, int(value * (SHADES + 1))))
