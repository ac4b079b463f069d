"""Rows of a version: the tab with its page, one row whole, a picture, a CSV of what was asked."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets import permissions, services
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.viewing.questions import MOST, Question, read_question
from chainhub.datasets.viewing.sheet import Page, Sheet, opened
from chainhub.policies.delivering import with_duties
from chainhub.policies.duties import duties_with
from chainhub.web.http import SignedInRequest
from chainhub.web.rowviews import MOST_COLUMNS, OPERATORS, cell, chips, choices, heads, label_of, table
from chainhub.web.views.datasets.finding import visible

PICTURES, ROWS = 48, 50


def rows_tab(request: SignedInRequest, version: DatasetVersion) -> dict[str, Any]:
    """What the tab shows: a page of rows or pictures, and the question that led to it."""
    if version.reference is not None:
        return {"by_reference": True}
    with opened(version, request.user) as sheet:
        services.record_view(version, actor=request.user)
        question, refusal = _question(request, sheet)
        try:
            page = sheet.page(question, _names(sheet))
        except DomainError as error:
            page, refusal = Page([], 0, 1, question.size), str(error)
        more = {"tab": "rows"} | ({"version": version.number} if request.GET.get("version") else {})
        label = label_of(sheet)
        pictures = sheet.pictures([row.number for row in page.rows])
        return {
            "question": question,
            "refusal": refusal,
            "more": more,
            "found": Paginator(range(page.total), page.size).get_page(page.number),
            "heads": heads(sheet, question, **more),
            "chips": chips(question, **more),
            "rows": [] if pictures else table(sheet, page),
            "pictures": [(row.number, pictures[row.number], _label(label, row)) for row in page.rows if pictures],
            "from_pixels": not sheet.images,
            "hidden": 0 if sheet.has_pictures else max(0, len(sheet.cells) - MOST_COLUMNS),
            "masked": [one.name for one in sheet.columns if one.masked],
            "fields": choices(sheet),
            "operators": OPERATORS.items(),
            "may_download": permissions.may_download(request.user, version.dataset),
            "duties": duties_with(request.user, version.dataset),
        }


def _question(request: SignedInRequest, sheet: Sheet) -> tuple[Question, str]:
    """What the address asks; where that makes no sense, all rows and the reason."""
    asked = request.GET.copy()
    if asked.get("field") and asked.get("op"):
        asked.appendlist("filter", f"{asked['field']}:{asked['op']}:{asked.get('value', '')}")
    size, most = (PICTURES, PICTURES) if sheet.has_pictures else (ROWS, MOST)
    try:
        return read_question(asked, sheet.columns, size=size, most=most), ""
    except InvalidInputError as error:
        return Question(size=size), str(error)


def _names(sheet: Sheet) -> list[str]:
    return [one.name for one in sheet.cells[:MOST_COLUMNS]]


def _label(column: Any, row: Any) -> str:
    return cell(column, row.values.get(column.name)).text if column is not None else ""


@login_required
@require_safe
def one_row(request: SignedInRequest, org: str, slug: str, number: int, row: int) -> HttpResponse:
    """Every field of one row, long texts whole."""
    version = _version(request, org, slug, number)
    with opened(version, request.user) as sheet:
        if not 0 <= row < sheet.count:
            raise Http404
        services.record_view(version, actor=request.user)
        values = sheet.rows([row], [one.name for one in sheet.cells])[0].values
        context = {
            "dataset": version.dataset,
            "version": version,
            "row": row,
            "shown_number": row + 1,
            "count": sheet.count,
            "before": row - 1 if row else None,
            "after": row + 1 if row + 1 < sheet.count else None,
            "fields": [(one, cell(one, values[one.name], whole=True)) for one in sheet.cells],
            "picture": sheet.pictures([row]).get(row, ""),
            "has_file": bool(sheet.images) and sheet.has_pictures,
        }
    return render(request, "web/datasets/row.html", context)


@login_required
@require_safe
def picture(request: SignedInRequest, org: str, slug: str, number: int, row: int) -> HttpResponse:
    """The picture of a row, encoded anew; where there is none to see, the row itself."""
    version = _version(request, org, slug, number)
    with opened(version, request.user) as sheet:
        services.record_view(version, actor=request.user)
        data = sheet.picture(row)
    if data is None:
        return redirect("web:dataset-row", org, slug, number, row)
    answer = HttpResponse(data, content_type="image/png")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'"
    answer["Cache-Control"] = "private, max-age=600"
    return answer


@login_required
@require_safe
def export(request: SignedInRequest, org: str, slug: str, number: int) -> HttpResponseBase:
    """The rows that the address asks for, as CSV; masked fields hold “***”."""
    version = _version(request, org, slug, number)
    with opened(version, request.user, to_take_along=True) as sheet:
        question = read_question(request.GET, sheet.columns)
        rows = sheet.csv_file(question) if request.method == "GET" else None
    answer: HttpResponseBase = StreamingHttpResponse(rows or (), content_type="text/csv; charset=utf-8")
    if rows is not None:
        services.record_export(version, actor=request.user)
        answer["Content-Length"] = str(rows.size)
    answer["Content-Disposition"] = f'attachment; filename="{version.dataset.slug}-v{number}.csv"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return with_duties(request, answer, version.dataset, request.user)


def _version(request: SignedInRequest, org: str, slug: str, number: int) -> DatasetVersion:
    dataset = visible(request, org, slug)
    ready = DatasetVersion.objects.filter(dataset=dataset, status=VersionStatus.READY).exclude(commit=None)
    version = get_object_or_404(ready.defer("profile"), number=number)
    version.dataset = dataset
    return version


BASE = "datasets/<slug:org>/<slug:slug>/versions/<int:number>/rows"
urlpatterns = [
    path(f"{BASE}.csv", export, name="dataset-rows-csv"),
    path(f"{BASE}/<int:row>/", one_row, name="dataset-row"),
    path(f"{BASE}/<int:row>/picture/", picture, name="dataset-picture"),
]
