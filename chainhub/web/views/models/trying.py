"""Trying a model in the browser; what is tried is answered and forgotten."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.core.spreadsheets import csv_lines
from chainhub.registry import rows, scores, serving
from chainhub.registry.models import ModelVersion
from chainhub.registry.scorecards import reason_codes
from chainhub.scenarios.notices import notice_beside
from chainhub.web.controls import Control
from chainhub.web.explaining.answered import drawn_answer
from chainhub.web.explaining.reasons import reasons_of, warnings_of
from chainhub.web.forms.models import PasteForm
from chainhub.web.forms.trying import SampleForm, asking_form, picture_form, told_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.models.finding import visible_version

SHOWN = 10  # labels
TOLD = 3  # reasons of one row among several


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
    return _answered(request, version, asking_form(version, request.POST))


@login_required
@require_POST
def predict_file(request: SignedInRequest, organization: str, slug: str, number: int) -> HttpResponse:
    """A picture file, as it is, or one of the examples → a fragment with the answer."""
    version = visible_version(request.user, organization, slug, number)
    if "sample" in request.POST:
        return _answered(request, version, SampleForm(request.POST, version=version))
    return _answered(request, version, picture_form(version, request.POST, request.FILES))


def _answered(request: SignedInRequest, version: ModelVersion, form: Any) -> HttpResponse:
    if form.is_valid():
        with told_in(form):
            row = form.row
            prediction = predicted(version, [row], explain="explain" in request.POST)[0]
            told = {**shown(version, row, prediction), **_error_of(version)}
            return render(request, "web/models/_answer.html", told)
    return refused(request, form)


def refused(request: SignedInRequest, form: Form) -> HttpResponse:
    """What is wrong, each sentence of a field on its way there (`frontend/js/refusals.js`), in place of the answer.

    A success to htmx, which keeps an error's answer out of the page.
    """
    wrong = [Control(one) for one in form if one.errors]
    return render(request, "web/models/_refused.html", {"wrong": wrong, "texts": form.non_field_errors()})


@login_required
@require_POST
def predict_rows(request: SignedInRequest, organization: str, slug: str, number: int) -> HttpResponse:
    """Pasted rows → a fragment with a table, or (`as=csv`) a file."""
    version = visible_version(request.user, organization, slug, number)
    form = PasteForm(request.POST)
    if form.is_valid():
        with told_in(form):
            pasted = rows.pasted_rows(version, form.cleaned_data["text"])
            predictions = predicted(version, pasted.rows, explain="explain" in request.POST)
            if request.POST.get("as") == "csv":
                return _as_csv(version, pasted.rows, predictions)
            context = _several(version, pasted, predictions)
            return render(request, "web/models/_answers.html", context | {"text": form.cleaned_data["text"]})
    return refused(request, form)


def _several(version: ModelVersion, pasted: rows.Pasted, predictions: list[dict[str, Any]]) -> dict[str, Any]:
    names = list(pasted.rows[0])
    lines = [_line(version, row, one) for row, one in zip(pasted.rows, predictions, strict=True)]
    # Of molecules the reasons are drawn atoms, which have no place in a table.
    explained = any(isinstance(one.get("reasons"), list) for one in predictions)
    coded = explained and bool(version.evaluation.get("scorecard"))
    told = {"names": names, "lines": lines, "pasted": pasted}
    return {"version": version, **told, "explained": explained, "coded": coded}


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


def _picture(request: SignedInRequest) -> tuple[dict[str, Any], bool]:
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or set(said) - {"explain"} != {"image"}:
        raise InvalidInputError(gettext_noop("Send one picture."))
    return {"image": said["image"]}, said.get("explain") is True


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
