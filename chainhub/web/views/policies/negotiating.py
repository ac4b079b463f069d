"""One negotiation as a timeline: what was proposed, what differs, and whose turn it is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError
from chainhub.policies import permissions, services
from chainhub.policies.comparing import differences
from chainhub.policies.fitting import fitted
from chainhub.policies.models import AccessRequest, SignedAgreement, Turn
from chainhub.policies.names import Known
from chainhub.policies.parsing import TITLES
from chainhub.policies.sentences import sentence_of
from chainhub.policies.standing import standing_of
from chainhub.policies.states import State, may_move
from chainhub.policies.terms import Terms
from chainhub.web.forms.policies import AnswerForm, CounterForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest
from chainhub.web.views.policies.offering import said


def visible_request(request: SignedInRequest, pk: int) -> AccessRequest:
    """404 for everybody but the two organizations."""
    seen = AccessRequest.objects.visible_to(request.user).distinct()
    rows = seen.select_related("dataset__organization", "organization", "collaboration", "requested_by")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The timeline, the terms on the table, and the buttons of whoever may move."""
    asked = visible_request(request, pk)
    turns = list(asked.turns.select_related("person"))
    last = turns[-1]
    side = permissions.side_of(request.user, asked)
    known = Collaboration.objects.visible_to(request.user)
    agreement = _agreement(asked)
    context = {
        "asked": asked,
        "timeline": _timeline(turns, known),
        "last": last,
        "said": said(last.said, request.user, user=asked.organization),
        "changed": {one["field"] for one in _changes(turns, known)},
        "may_answer": permissions.may_answer(request.user, asked),
        "may_end": side is not None and may_move(asked.status, side, State.TERMINATED),
        "my_side": side,
        "agreement": agreement,
        "standing": standing_of(agreement) if agreement else None,
        "live_topics": asked.topic,
    }
    return render(request, "web/policies/request.html", context)


@login_required
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept what was read, or end it."""
    asked = visible_request(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose to accept or to end it."))
        return redirect(asked)
    given = form.cleaned_data
    if given["do"] == "end":
        services.terminate(asked, actor=request.user, note=given["note"])
        messages.success(request, _("The negotiation has ended."))
        return redirect(asked)
    made = services.accept(asked, actor=request.user, read=given["read"] or 0, note=given["note"])
    messages.success(request, _("Both sides have agreed; the terms are in force."))
    return redirect(made.agreement)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose other terms, beginning with those on the table."""
    asked = visible_request(request, pk)
    last = asked.turns.latest("number")
    form = CounterForm(request.POST or None, **choices_in(asked))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form, of=DomainError):
            services.counter(asked, form.terms, actor=request.user, note=form.cleaned_data["note"])
            messages.success(request, _("Your terms have been proposed."))
            return redirect(asked)
    told = said(last.said, request.user, user=asked.organization)
    context = {"asked": asked, "dataset": asked.dataset, "form": form, "said": told}
    return render(request, "web/policies/counter.html", context)


def _agreement(asked: AccessRequest) -> SignedAgreement | None:
    found = SignedAgreement.objects.filter(request=asked).select_related("grant").first()
    if found is not None:
        found.request = asked
    return found


def choices_in(asked: AccessRequest) -> dict[str, Any]:
    """With what a form of terms begins in this negotiation, and whom it may name: the two and their collaboration."""
    here = Collaboration.objects.filter(pk=asked.collaboration_id)
    terms = fitted(asked.turns.latest("number").said, [asked.organization], here)
    return {"terms": terms, "owner": asked.dataset.organization, "among": here}


def _timeline(turns: list[Turn], known: Known) -> list[dict[str, Any]]:
    """Each turn with what it changed; the hub's own moves are folded into the one that led to them."""
    shown: list[dict[str, Any]] = []
    before: Terms | None = None
    for turn in turns:
        if turn.person is None and shown:
            shown[-1]["then"].append(turn)
            continue
        shown.append({"turn": turn, "changes": _differences(before, turn.said, known), "then": []})
        before = turn.said
    return shown


def _changes(turns: list[Turn], known: Known) -> list[dict[str, Any]]:
    """What the terms on the table change in those before them."""
    spoken = [turn for turn in turns if turn.person is not None]
    return _differences(spoken[-2].said, spoken[-1].said, known) if len(spoken) > 1 else []


def _differences(before: Terms | None, after: Terms, known: Known) -> list[dict[str, Any]]:
    if before is None:
        return []
    return [
        {
            "field": one.field,
            "title": TITLES[one.field],
            "before": sentence_of(one.field, before, known),
            "after": sentence_of(one.field, after, known),
            "direction": one.direction,
        }
        for one in differences(before, after)
    ]


ONE = "access-requests/<int:pk>/"
urlpatterns = [
    path(ONE, detail, name="access-request"),
    path(f"{ONE}answer/", answer, name="access-request-answer"),
    path(f"{ONE}counter/", counter, name="access-request-counter"),
]
