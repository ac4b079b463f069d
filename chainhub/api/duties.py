"""What whoever takes files along owes: as JSON beside what can be taken, and in the headers of the files themselves."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from chainhub.core.sentences import render
from chainhub.policies.duties import DELETING, HEADER, NAMING, Duty

FILE_HEADERS = [
    OpenApiParameter(
        HEADER,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=True,
        description=f'What you owe for the file, as in RFC 9651: `{NAMING};owner="anvil", {DELETING};days=30`. '
        "Not there where you owe nothing.",
    ),
    OpenApiParameter(
        "Link",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        response=True,
        description='The page that says so in words, as `rel="terms-of-service"`.',
    ),
]


class DutySerializer(serializers.Serializer[Any]):
    """Something that you owe once you have taken files along."""

    kind = serializers.ChoiceField([NAMING, DELETING])
    owner = serializers.CharField(help_text="Slug of the organization to name; empty otherwise.")
    days = serializers.IntegerField(allow_null=True, help_text="After which copies are deleted.")
    text = serializers.SerializerMethodField()

    def get_text(self, duty: Duty) -> str:
        """In the language of the request."""
        return render(duty.said)


def told(duties: list[Duty]) -> list[dict[str, Any]]:
    """As the API answers them."""
    return list(DutySerializer(duties, many=True).data)
