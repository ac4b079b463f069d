"""REST: a published model at work: rows, pictures or texts in; answers, warnings and reasons out."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_noop
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from chainhub.accounts.models import Scope
from chainhub.api.models import VERSION, version_of
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import render
from chainhub.registry import rows, serving

NUMBER, TEXT = {"type": "number"}, {"type": "string"}


def _all_of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


@extend_schema_field(
    {
        "description": (
            "Only where `explain` was asked for, and by the kind of model. Of a table: fields, the one that weighed "
            "most first; above zero it spoke for the answer, below against it. Of a picture: how much each part of it "
            "weighed, 0 to 1, line by line. Of a text: its pieces in order, each with its weight."
        ),
        "oneOf": [
            _list_of(_all_of(field=TEXT, value={"type": ["number", "string", "null"]}, weight=NUMBER)),
            _all_of(heat=_list_of(_list_of(NUMBER))),
            _all_of(tokens=_list_of(_all_of(text=TEXT, weight=NUMBER))),
        ],
    }
)
class ReasonsField(serializers.JSONField):
    """What one answer rests on."""


class QuestionSerializer(serializers.Serializer[Any]):
    """Rows with their fields by name, pictures as `{"image": base64}` or `{"pixels": [numbers]}`, `{"text": words}`."""

    rows = serializers.ListField(child=serializers.DictField(), allow_empty=False)
    explain = serializers.BooleanField(
        required=False,
        default=False,
        help_text=f"true: each answer says what it rests on (at most {serving.MOST_EXPLAINED} rows)",
    )


class PredictionSerializer(serializers.Serializer[Any]):
    """A label with the probability of each, or a value; with what is doubtful about it, and why it is so."""

    label = serializers.CharField(required=False)  # type: ignore[assignment]  # a field's own word, and the answer's
    probabilities = serializers.DictField(child=serializers.FloatField(), required=False)
    value = serializers.FloatField(required=False, allow_null=True)
    text = serializers.CharField(required=False, help_text="what a model that writes has written")
    likeness = serializers.ListField(
        child=serializers.FloatField(min_value=-1, max_value=1),
        required=False,
        help_text="of a base model that reads: how much alike this text is to each in order, from -1 to 1",
    )
    warnings = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="what lies outside of what training saw, a sentence each, in the language of the request",
    )
    reasons = ReasonsField(required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """One prediction per row, in order."""

    predictions = PredictionSerializer(many=True)


def question_in(data: Any) -> tuple[Any, bool]:
    """The rows as they came, for the registry to check, and whether reasons are asked for."""
    if not isinstance(data, dict):
        return data, False
    explain = data.get("explain", False)
    if not isinstance(explain, bool):
        raise InvalidInputError(gettext_noop("“explain” is either true or false."), field="explain")
    return data.get("rows"), explain


def in_words(prediction: dict[str, Any]) -> dict[str, Any]:
    said = prediction.get("warnings")
    return {**prediction, "warnings": [render(one) for one in said]} if said else prediction


class Predict(APIView):
    """The model at work."""

    required_scope = Scope.DOWNLOAD

    @extend_schema(request=QuestionSerializer, responses=AnswerSerializer, summary="Predict rows, pictures or texts")
    def post(self, request: Request, **where: Any) -> Response:
        """Answered by a compute node; what was asked is not kept. An error names the row and the field."""
        version = version_of(self)
        given, explain = question_in(request.data)
        answers = serving.ask(version, rows.checked_rows(version, given), explain=explain)
        return Response({"predictions": [in_words(one) for one in answers]})


urlpatterns = [path(f"{VERSION}predict/", Predict.as_view(), name="model-predict")]


def register(router: SimpleRouter) -> None:
    """Answers have one address: see `urlpatterns`."""
