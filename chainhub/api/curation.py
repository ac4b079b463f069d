"""REST: what people say about a model: its aliases and the notes on its card."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.api.http import actor
from chainhub.api.models import MODEL, model_of
from chainhub.registry import services
from chainhub.registry.models import Alias, ModelVersion


class AliasSerializer(serializers.ModelSerializer[Alias]):
    """A name and the version that it stands for."""

    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = Alias
        fields = ("name", "version", "created_at")
        read_only_fields = ("name", "created_at")


class CardSerializer(serializers.Serializer[Any]):
    """What people added to the card, as Markdown."""

    text = serializers.CharField(max_length=20_000, allow_blank=True)
    number = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class OneAlias(APIView):
    """A moving name for a version, such as `champion`."""

    @extend_schema(request=AliasSerializer, responses=AliasSerializer, summary="Set an alias")
    def put(self, request: Request, **where: Any) -> Response:
        """Let the name stand for this version from now on."""
        model = model_of(self)
        wanted = AliasSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        received = ModelVersion.objects.visible_to(request.user).filter(model=model)
        version = get_object_or_404(received, number=wanted.validated_data["version"]["number"])
        return Response(AliasSerializer(services.set_alias(version, where["name"], actor=actor(request))).data)

    @extend_schema(responses={204: OpenApiResponse(description="Removed.")}, summary="Remove an alias")
    def delete(self, request: Request, **where: Any) -> Response:
        """The name stands for nothing any more."""
        alias = get_object_or_404(model_of(self).aliases.select_related("model"), name=where["name"])
        services.remove_alias(alias, actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Card(APIView):
    """The part of the card that people write; the rest are the files README.md and README.zh.md."""

    @extend_schema(responses=CardSerializer, summary="Read the notes")
    def get(self, request: Request, **where: Any) -> Response:
        """The newest text."""
        edit = model_of(self).card_edits.first()
        return Response(CardSerializer(edit).data if edit else {"text": "", "number": 0, "created_at": None})

    @extend_schema(request=CardSerializer, responses=CardSerializer, summary="Write the notes")
    def put(self, request: Request, **where: Any) -> Response:
        """The next text; earlier ones stay on record."""
        model = model_of(self)
        wanted = CardSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        edit = services.edit_card(model, text=wanted.validated_data["text"], actor=actor(request))
        return Response(CardSerializer(edit).data)


urlpatterns = [
    path(f"{MODEL}card/", Card.as_view(), name="model-card"),
    path(f"{MODEL}aliases/<slug:name>/", OneAlias.as_view(), name="model-alias"),
]


def register(router: SimpleRouter) -> None:
    """See `urlpatterns`."""
