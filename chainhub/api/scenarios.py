"""REST: the catalogue of scenarios."""

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.scenarios.catalogue import scenario, scenarios


class BaselineSerializer(serializers.Serializer[Any]):
    """What another method reached on the same data."""

    metric = serializers.CharField()
    value = serializers.FloatField()
    method = serializers.CharField()


class TrialSerializer(serializers.Serializer[Any]):
    """A training on real example data."""

    slug = serializers.CharField()
    title = serializers.CharField()
    source = serializers.CharField(source="data.source")  # type: ignore[assignment]  # a field's own word, and the data's
    source_url = serializers.CharField(source="data.source_url")
    licence = serializers.CharField(source="data.licence")
    rows = serializers.IntegerField(help_text="of the parts that are trained on")
    caveat = serializers.CharField()
    baselines = BaselineSerializer(many=True)


class ScenarioSerializer(serializers.Serializer[Any]):
    """What the AI is for, and the recipe that serves it."""

    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    industry = serializers.CharField()
    recipe = serializers.CharField()
    task = serializers.CharField()
    brings = serializers.CharField()
    receives = serializers.CharField()
    limits = serializers.CharField()
    duties = serializers.CharField()
    parameters = serializers.DictField()
    trials = TrialSerializer(many=True)


class Scenarios(APIView):
    """The catalogue."""

    @extend_schema(responses=ScenarioSerializer(many=True), summary="List scenarios")
    def get(self, request: Request) -> Response:
        """All of them; they are few."""
        return Response(ScenarioSerializer(scenarios(), many=True).data)


class OneScenario(APIView):
    """One purpose."""

    @extend_schema(responses=ScenarioSerializer, summary="Read a scenario")
    def get(self, request: Request, **where: Any) -> Response:
        """By its slug."""
        found = scenario(where["slug"])
        if found is None:
            raise Http404
        return Response(ScenarioSerializer(found).data)


urlpatterns = [
    path("scenarios/", Scenarios.as_view(), name="scenarios"),
    path("scenarios/<slug:slug>/", OneScenario.as_view(), name="scenario"),
]


def register(router: SimpleRouter) -> None:
    """See `urlpatterns`: a catalogue has no rows."""
