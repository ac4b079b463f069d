"""REST: one search over everything that the person may see."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.api.http import actor
from chainhub.organizations.models import Membership, Organization
from chainhub.registry.finding import Found, search_everything

MOST, LONGEST = 20, 100
WORDS = OpenApiParameter("q", str, required=True, description="Words, all of which must occur; #12 is job 12.")


class FoundThingSerializer(serializers.Serializer[Any]):
    """One thing: what it is called, whose it is, and its page."""

    name = serializers.CharField()
    organization = serializers.CharField(help_text="The slug of its organization; a collaboration's initiator.")
    url = serializers.CharField(help_text="The address of its page; below /api/v1 it is the same.")


class FoundSerializer(serializers.Serializer[Any]):
    """What one kind of thing answers."""

    kind = serializers.CharField(help_text="collaborations, datasets, jobs, models, bases, organizations or people")
    things = FoundThingSerializer(many=True)


class Search(APIView):
    """Everything at once."""

    @extend_schema(parameters=[WORDS], responses=FoundSerializer(many=True), summary="Search everything")
    def get(self, request: Request) -> Response:
        """At most 20 of each kind; a kind of which nothing is found is left out."""
        words = request.query_params.get("q", "").replace("\x00", "").strip()[:LONGEST]
        return Response([_answer(found) for found in search_everything(actor(request), words, most=MOST)])


def _answer(found: Found) -> dict[str, Any]:
    return {"kind": found.kind, "things": [_thing(one) for one in found.things]}


def _thing(thing: Any) -> dict[str, str]:
    if isinstance(thing, Membership):
        owner = thing.organization
        return {"name": str(thing.user), "organization": owner.slug, "url": owner.get_absolute_url()}
    owner = thing if isinstance(thing, Organization) else getattr(thing, "initiator", None) or thing.organization
    return {"name": str(thing), "organization": owner.slug, "url": thing.get_absolute_url()}


urlpatterns = [path("search/", Search.as_view(), name="search")]


def register(router: SimpleRouter) -> None:
    """See `urlpatterns`."""
