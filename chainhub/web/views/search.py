"""Pages: search over everything that the person may see."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.datasets.models import Dataset
from chainhub.datasets.search import matching, ranked
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Membership, Organization
from chainhub.registry.models import Model
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import words_in

FEW, MANY = 5, 20
LONG = ("card", "card_zh")
LONGEST_NUMBER = 18  # digits of the largest key a database holds


@dataclass(kw_only=True)
class Found:
    """What one kind of thing answers to the words."""

    title: str | Promise
    picture: str
    things: list[Any] = field(default_factory=list)


def _matching(things: QuerySet[Any], words: str, *names: str) -> QuerySet[Any]:
    """Each word must occur in one of the fields."""
    for word in words.split():
        anywhere = Q()
        for name in names:
            anywhere |= Q(**{f"{name}__icontains": word})
        things = things.filter(anywhere)
    return things


def _jobs(user: User, words: str) -> QuerySet[TrainingJob]:
    number = words.lstrip("#")
    if number.isdecimal() and len(number) <= LONGEST_NUMBER:
        return TrainingJob.objects.visible_to(user).filter(pk=int(number))
    return _matching(TrainingJob.objects.visible_to(user), words, "title", "collaboration__name")


def _people(user: User, words: str) -> QuerySet[Membership]:
    """Seats of those with whom the person shares an organization or a collaboration."""
    mine = Organization.objects.of(user)
    joined = Participant.objects.accepted().filter(collaboration__in=Collaboration.objects.joined_by(mine))
    partners = joined.values("organization")
    near = Membership.objects.filter(Q(organization__in=mine) | Q(organization__in=partners), user__is_active=True)
    return _matching(near.distinct(), words, "user__name", "user__email").select_related("user")


def search_everything(user: User, words: str, *, most: int) -> list[Found]:
    """What the person may see that answers to the words, by kind."""
    if not words:
        return []
    datasets = ranked(matching(Dataset.objects.visible_to(user), words), words)
    models = _matching(Model.objects.visible_to(user), words, "name", "target", "organization__name")
    together = _matching(Collaboration.objects.visible_to(user), words, "name", "goal")
    organizations = _matching(Organization.objects.visible_to(user), words, "name", "short_name", "industry")
    kinds: list[tuple[Found, QuerySet[Any]]] = [
        (Found(title=_("Collaborations"), picture="handshake"), together.select_related("initiator")),
        (Found(title=_("Datasets"), picture="database"), datasets.select_related("organization").defer(*LONG)),
        (Found(title=_("Training jobs"), picture="activity"), _jobs(user, words).select_related("organization")),
        (Found(title=_("Models"), picture="box"), models.select_related("organization")),
        (Found(title=_("Organizations"), picture="building-2"), organizations),
        (Found(title=_("People"), picture="user"), _people(user, words).select_related("user", "organization")),
    ]
    for found, things in kinds:
        found.things = list(things[:most])
    return [found for found, _things in kinds if found.things]


@login_required
@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    """A page of its own, and the list under the search field as one types."""
    words = words_in(request)
    found = search_everything(request.user, words, most=FEW if request.htmx else MANY)
    template = "web/search/_results.html" if request.htmx else "web/search/index.html"
    return render(request, template, {"words": words, "found": found})


urlpatterns = [path("search/", search, name="search")]
