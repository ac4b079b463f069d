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
from chainhub.api.parsing import QuestionParser
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import render
from chainhub.registry import rows, serving
from chainhub.registry.models import ModelVersion
from chainhub.registry.scorecards import reason_codes
from chainhub.scenarios.notices import notice_beside

NUMBER, TEXT = {"type": "number"}, {"type": "string"}


def _all_of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


PIECES = _list_of(_all_of(text=TEXT, weight=NUMBER))


@extend_schema_field(
    {
        "description": (
            "Only where `explain` was asked for, and by the kind of model. Of a table: fields, the one that weighed "
            "most first; above zero it spoke for the answer, below against it. Of a picture: how much each part of it "
            "weighed, 0 to 1, line by line. Of a text: its pieces in order, each with its weight. Of a question: its "
            "pieces, and those of each passage that was found, of which `read` letters were read; the weights of a "
            "text add up to how much nearer the two are than the question is to a usual passage."
        ),
        "oneOf": [
            _list_of(_all_of(field=TEXT, value={"type": ["number", "string", "null"]}, weight=NUMBER)),
            _all_of(heat=_list_of(_list_of(NUMBER))),
            _all_of(tokens=PIECES),
            _all_of(tokens=PIECES, sources=_list_of(_all_of(tokens=PIECES, read=NUMBER))),
        ],
    }
)
class ReasonsField(serializers.JSONField):
    """What one answer rests on."""


class QuestionSerializer(serializers.Serializer[Any]):
    """Rows with their fields by name, pictures as `{"image": base64}` or `{"pixels": [numbers]}`, `{"text": words}`.

    A model that finds things takes a `threshold` beside the picture, one that restores a `noise` to lay over it first;
    one that draws takes `{"count", "seed"}`, a forecast `{"values": [numbers, oldest first]}`, a model of molecules
    `{"smiles", "sequence"}`. All rows together are at most 28 MB, which is 20 MB of pictures.
    """

    rows = serializers.ListField(child=serializers.DictField(), allow_empty=False)
    explain = serializers.BooleanField(
        required=False,
        default=False,
        help_text=f"true: each answer says what it rests on (at most {serving.MOST_EXPLAINED} rows)",
    )


def _numbers(text: str) -> Any:
    return serializers.ListField(child=serializers.FloatField(), required=False, help_text=text)


class BoxSerializer(serializers.Serializer[Any]):
    """Something found in a picture."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field's own word, and the answer's
    score = serializers.FloatField(min_value=0, max_value=1)
    box = serializers.ListField(
        child=serializers.FloatField(), help_text="left, top, width, height as shares of the picture's sides"
    )


class PassageSerializer(serializers.Serializer[Any]):
    """A passage that may answer a question."""

    title = serializers.CharField()
    text = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    score = serializers.FloatField()


class ReasonCodeSerializer(serializers.Serializer[Any]):
    """A main reason against, in points of the score card."""

    field = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    points = serializers.IntegerField(max_value=-1)
    text = serializers.CharField(help_text="in the language of the request")


class PredictionSerializer(serializers.Serializer[Any]):
    """What that kind of model answers: a label with probabilities, a value, a text, boxes, pictures, a forecast.

    With what is doubtful about it, and why it is so.
    """

    label = serializers.CharField(required=False)  # type: ignore[assignment]  # a field's own word, and the answer's
    probabilities = serializers.DictField(child=serializers.FloatField(), required=False)
    value = serializers.FloatField(required=False, allow_null=True)
    text = serializers.CharField(required=False, help_text="what a model that writes has written")
    boxes = BoxSerializer(many=True, required=False)
    image = serializers.CharField(required=False, help_text="the picture restored, a PNG in base64")
    before = serializers.CharField(required=False, help_text="what was restored, where it is not what was sent")
    images = serializers.ListField(child=serializers.CharField(), required=False, help_text="drawn, PNG in base64")
    seed = serializers.IntegerField(required=False, help_text="with which they are drawn again")
    forecast = _numbers("what comes next, step by step")
    low, high = _numbers("the band around it, below"), _numbers("the band around it, above")
    naive = _numbers("the last season again, for comparison")
    picture = serializers.CharField(required=False, help_text="a molecule drawn, as SVG")
    sources = PassageSerializer(many=True, required=False)
    refused = serializers.BooleanField(required=False, help_text="nothing that the model holds is near enough")
    limit = serializers.FloatField(required=False, help_text="the least likeness of an answer, where it refused")
    nearest = serializers.FloatField(required=False, help_text="the likeness of what came nearest, where it refused")
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
    reason_codes = ReasonCodeSerializer(
        many=True, required=False, help_text="with a score card: at most four fields that cost most, heaviest first"
    )


class AnswerSerializer(serializers.Serializer[Any]):
    """One prediction per row, in order."""

    predictions = PredictionSerializer(many=True)
    notice = serializers.CharField(
        required=False, help_text="what must be said beside every answer, in the language of the request"
    )


def question_in(request: Request) -> tuple[Any, bool]:
    """The rows as they came, for the registry to check, and whether reasons are asked for. Raises `TooLargeError`."""
    serving.check_size(int(request.META.get("CONTENT_LENGTH") or 0))  # before anything of it is read
    data = request.data
    if not isinstance(data, dict):
        return data, False
    explain = data.get("explain", False)
    if not isinstance(explain, bool):
        raise InvalidInputError(gettext_noop("“explain” is either true or false."), field="explain")
    return data.get("rows"), explain


def in_words(prediction: dict[str, Any]) -> dict[str, Any]:
    said = prediction.get("warnings")
    return {**prediction, "warnings": [render(one) for one in said]} if said else prediction


def beside(collaboration: Collaboration | None) -> dict[str, str]:
    """What must be said with every answer of its models."""
    notice = notice_beside(collaboration.scenario) if collaboration else ""
    return {"notice": notice} if notice else {}


def _codes(version: ModelVersion, prediction: dict[str, Any]) -> dict[str, Any]:
    codes = reason_codes(version, prediction)
    return {"reason_codes": codes} if codes else {}


class Predict(APIView):
    """The model at work."""

    required_scope = Scope.DOWNLOAD
    parser_classes = [QuestionParser]

    @extend_schema(request=QuestionSerializer, responses=AnswerSerializer, summary="Predict rows, pictures or texts")
    def post(self, request: Request, **where: Any) -> Response:
        """Answered by a compute node; what was asked is not kept. An error names the row and the field."""
        version = version_of(self)
        given, explain = question_in(request)
        answers = serving.ask(version, rows.checked_rows(version, given), explain=explain)
        told = [in_words(one) | _codes(version, one) for one in answers]
        return Response({"predictions": told, **beside(version.model.collaboration)})


urlpatterns = [path(f"{VERSION}predict/", Predict.as_view(), name="model-predict")]


def register(router: SimpleRouter) -> None:
    """Answers have one address: see `urlpatterns`."""
