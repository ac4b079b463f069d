"""Trying a model in the browser; what is tried is answered and forgotten."""

import base64
import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Field, Form
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.spreadsheets import csv_lines
from chainhub.registry import rows, scores, serving
from chainhub.registry.inputs.samples import samples_of
from chainhub.registry.models import ModelVersion
from chainhub.registry.scorecards import reason_codes
from chainhub.scenarios.notices import notice_beside
from chainhub.web.explaining.answered import drawn_answer
from chainhub.web.explaining.reasons import reasons_of, warnings_of
from chainhub.web.forms.models import PasteForm, RowForm
from chainhub.web.forms.trying import asking_form, picture_form
from chainhub.web.http import SignedInRequest
from chainhub.web.views.models.finding import visible_version

SHOWN = 10  # labels
TOLD = 3  # reasons of one row among several
REQUIRED = Field.default_error_messages["required"]


def answers_of(prediction: dict[str, Any]) -> list[dict[str, Any]]:
    """The labels, most probable first."""
    likely = prediction.get("probabilities") or {}
    ranked = sorted(likely.items(), key=lambda pair: -pair[1])[:SHOWN]
    return [{"label": label, "probability": probability} for label, probability in ranked]


def predicted(version: ModelVersion, given: Any, *, explain: bool = False) -> list[dict[str, Any]]:
    """The model's answers, after the rows were checked; with `explain`, with reasons."""
    return serving.ask(version, rows.checked_rows(version, given), explain=explain)


def shown(version: ModelVersion, row: dict[str, Any], prediction: dict[str, Any]) -> dict[str, Any]:
    """What the fragment of one answer needs."""
    return {
        "version": version,
        "prediction": prediction,
        "answers": answers_of(prediction),
        "warnings": warnings_of(prediction),
        "reasons": reasons_of(prediction),
        "codes": reason_codes(version, prediction),
        "drawn": drawn_answer(version, row, prediction),
        "duty": notice_beside(version.model.collaboration.scenario),
    }


@login_required
@require_POST
def predict_row(request: SignedInRequest, organization: str, slug: str, number: int) -> HttpResponse:
    """The form's row → a fragment with the answer."""
    version = visible_version(request.user, organization, slug, number)
    form = asking_form(version, request.POST)
    if not form.is_valid():
        return refused(request, _complaint(form))
    try:
        row = form.row
        prediction = predicted(version, [row], explain="explain" in request.POST)[0]
    except DomainError as error:
        return refused(request, str(error))
    return render(request, "web/models/_answer.html", {**shown(version, row, prediction), **_error_of(version)})


def _complaint(form: Form) -> str:
    """The first thing that is wrong; of which field, where the sentence is Django's, which names none."""
    name, found = next(iter(form.errors.as_data().items()))
    code, said = found[0].code, str(found[0].messages[0])
    if name not in form.fields or code is None or (code == "required" and said != REQUIRED):
        return said
    if isinstance(form, RowForm) and code != "max_length":  # whose fields say no more than that
        said = _("A value is not one of those that the field takes.")
    return _("%(field)s: %(said)s") % {"field": form.fields[name].label, "said": said}


@login_required
@require_POST
def predict_rows(request: SignedInRequest, organization: str, slug: str, number: int) -> HttpResponse:
    """Pasted rows → a fragment with a table, or (`as=csv`) a file."""
    version = visible_version(request.user, organization, slug, number)
    form = PasteForm(request.POST)
    if not form.is_valid():
        return refused(request, _("Paste a first line with the fields' names and at least one row below it."))
    try:
        pasted = rows.pasted_rows(version, form.cleaned_data["text"])
        predictions = predicted(version, pasted.rows, explain="explain" in request.POST)
    except DomainError as error:
        return refused(request, str(error))
    if request.POST.get("as") == "csv":
        return _as_csv(version, pasted.rows, predictions)
    names = list(pasted.rows[0])
    lines = [_line(version, row, one) for row, one in zip(pasted.rows, predictions, strict=True)]
    text = form.cleaned_data["text"]
    context = {"version": version, "names": names, "lines": lines, "pasted": pasted, "text": text}
    # Of molecules the reasons are drawn atoms, which have no place in a table.
    context["explained"] = any(isinstance(one.get("reasons"), list) for one in predictions)
    context["coded"] = context["explained"] and bool(version.evaluation.get("scorecard"))
    return render(request, "web/models/_answers.html", context)


def _line(version: ModelVersion, row: dict[str, Any], prediction: dict[str, Any]) -> dict[str, Any]:
    top = next(iter(answers_of(prediction)), None)
    bars = reasons_of(prediction).get("bars") or {"items": []}
    told = {"warnings": warnings_of(prediction), "reasons": bars["items"][:TOLD]}
    codes = reason_codes(version, prediction)
    return {"given": row.values(), "prediction": prediction, "top": top, "codes": codes, **told}


@login_required
@require_POST
def predict_picture(request: SignedInRequest, organization: str, slug: str, number: int) -> JsonResponse:
    """`{"image": base64, "explain"?: true}` → `{"answers": [{label, probability}, …], "warnings": […], "heat"?: …}`."""
    version = visible_version(request.user, organization, slug, number)
    try:
        picture, explain = _picture(request)
        prediction = predicted(version, [picture], explain=explain)[0]
    except DomainError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)
    told = {"answers": answers_of(prediction), "warnings": warnings_of(prediction)}
    return JsonResponse({**told, **reasons_of(prediction)})


@login_required
@require_POST
def predict_file(request: SignedInRequest, organization: str, slug: str, number: int) -> HttpResponse:
    """A picture file, as it is → a fragment with the answer."""
    version = visible_version(request.user, organization, slug, number)
    try:
        row = _sample(version, request.POST["sample"]) if "sample" in request.POST else _sent(request, version)
        prediction = predicted(version, [row], explain="explain" in request.POST)[0]
    except DomainError as error:
        return refused(request, str(error))
    return render(request, "web/models/_answer.html", shown(version, row, prediction))


def _sent(request: SignedInRequest, version: ModelVersion) -> dict[str, Any]:
    form = picture_form(version, request.POST, request.FILES)
    if not form.is_valid():
        raise InvalidInputError(_complaint(form))
    told = {name: value for name, value in form.cleaned_data.items() if value is not None and name != "picture"}
    return {"image": base64.b64encode(form.cleaned_data["picture"].read()).decode(), **told}


def _sample(version: ModelVersion, number: str) -> dict[str, Any]:
    samples = samples_of(version)
    found = next((one for place, one in enumerate(samples) if str(place) == number), None)
    if found is None:
        raise InvalidInputError(gettext_noop("There is no such example."))
    return found


def _picture(request: SignedInRequest) -> tuple[dict[str, Any], bool]:
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or set(said) - {"explain"} != {"image"}:
        raise InvalidInputError(gettext_noop("Send one picture."))
    return {"image": said["image"]}, said.get("explain") is True


def refused(request: SignedInRequest, text: str) -> HttpResponse:
    """Answered as a success, since htmx swaps nothing else: the sentence stands where the answer would be."""
    return render(request, "web/models/_refused.html", {"text": text})


def _error_of(version: ModelVersion) -> dict[str, Any]:
    """How far off a predicted number usually is."""
    return {"usual_error": scores.overall(version.evaluation).get("mae", scores.Score(None)).value}


def _as_csv(version: ModelVersion, given: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> HttpResponse:
    labels = version.config.get("labels") or []
    rows = (
        [
            *row.values(),
            one.get("label", one.get("value")),
            *((one.get("probabilities") or {}).get(label) for label in labels),
        ]
        for row, one in zip(given, predictions, strict=True)
    )
    lines = csv_lines([*given[0], version.model.target, *labels], rows)
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{version.model.slug}-v{version.number}-predictions.csv"'
    return answer
