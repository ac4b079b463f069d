"""Recipes with the JSON schema of their parameters, and the data that a job could learn from."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import render
from chainhub.jobs import catalogue
from chainhub.jobs.candidates import Candidate, candidates
from chainhub.jobs.permissions import launching_organizations

SLUG = OpenApiParameter("collaboration", str, required=True)
RECIPE = OpenApiParameter("recipe", str, required=True)
ORGANIZATION = OpenApiParameter(
    "organization", str, description="Slug: in whose name the job would be launched; else the first for which you may."
)


class RecipeSerializer(serializers.Serializer[Any]):
    """A versioned training program; titles are in the language of the request."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    summary = serializers.CharField()
    tasks = serializers.ListField(child=serializers.CharField())
    datasets = serializers.ListField(child=serializers.CharField())
    targets = serializers.ListField(child=serializers.CharField())
    needs_base = serializers.BooleanField(help_text="whether a launch must name a base model as `base`")
    bases = serializers.ListField(
        child=serializers.CharField(),
        help_text="the `task` of base models that a launch may name as `base`; none fits where this is empty",
    )
    parameters = serializers.DictField(help_text="JSON schema")


class CandidateSerializer(serializers.Serializer[Any]):
    """A dataset, and why it may not be used; empty where it may."""

    dataset = serializers.CharField()
    name = serializers.CharField()
    versions = serializers.ListField(child=serializers.IntegerField())
    rows = serializers.IntegerField(allow_null=True)
    needs_approval = serializers.BooleanField()
    jobs_left = serializers.IntegerField(allow_null=True, help_text="that its terms still permit; null for any number")
    why_not = serializers.CharField()
    doubt = serializers.CharField(help_text="why it is not suggested although it may be used; else empty")


class Recipes(ViewSet):
    """What can be trained."""

    lookup_url_kwarg = "name"
    lookup_value_regex = r"[-\w]+"

    @extend_schema(responses=RecipeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All of them."""
        return Response([_recipe(one) for one in catalogue.recipes()])

    @extend_schema(responses=RecipeSerializer, parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH)])
    def retrieve(self, request: Request, name: str) -> Response:
        """One of them."""
        try:
            return Response(_recipe(catalogue.find_recipe(name)))
        except InvalidInputError:
            raise Http404 from None


class Candidates(APIView):
    """Data of the collaboration's participants, as far as you see it."""

    @extend_schema(parameters=[SLUG, RECIPE, ORGANIZATION], responses=CandidateSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Usable ones first; the others say why not. What is granted to another organization of yours is not usable."""
        seen = Collaboration.objects.visible_to(request.user).distinct()
        collaboration = get_object_or_404(seen, slug=_asked(request, "collaboration"))
        recipe = catalogue.find_recipe(request.GET.get("recipe", ""))
        launching = launching_organizations(request.user, collaboration).distinct().order_by("pk")
        named = _asked(request, "organization")
        who = get_object_or_404(launching, slug=named) if named else launching.first()
        found = candidates(request.user, collaboration, recipe, organization=who)
        return Response([_candidate(one) for one in found])


def _asked(request: Request, name: str) -> str:
    """A database takes no NUL."""
    return request.GET.get(name, "").replace("\x00", "")


def _recipe(recipe: catalogue.Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "version": recipe.version,
        "title": gettext(recipe.title),
        "summary": gettext(recipe.summary),
        "tasks": recipe.tasks,
        "datasets": recipe.datasets,
        "targets": recipe.targets,
        "needs_base": recipe.needs_base,
        "bases": recipe.bases,
        "parameters": catalogue.translated_schema(recipe),
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "dataset": f"{one.dataset.organization.slug}/{one.dataset.slug}",
        "name": one.dataset.name,
        "versions": [version.number for version in one.versions],
        "rows": one.versions[0].rows if one.versions else None,
        "needs_approval": one.needs_approval,
        "jobs_left": one.jobs_left,
        "why_not": render(one.why_not),
        "doubt": render(one.doubt),
    }
