"""Fields that several nouns share."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.organizations.models import Organization


@extend_schema_field(OpenApiTypes.STR)
class SentenceField(serializers.Field[Any, Any, Any, Any]):
    """A stored sentence in the language of the request."""

    def to_representation(self, value: Any) -> str:
        """The text."""
        return render(value)


@extend_schema_field(OpenApiTypes.STR)
class PersonField(serializers.Field[Any, Any, Any, Any]):
    """A person by name."""

    def to_representation(self, value: User) -> str:
        """How the hub calls the person."""
        return str(value)


@extend_schema_field(OpenApiTypes.STR)
class OrganizationField(serializers.SlugRelatedField[Any]):
    """An organization by its slug; only what the person may see is found."""

    def __init__(self, *, mine: bool = False, **kwargs: Any) -> None:
        self.mine = mine
        if not kwargs.get("read_only"):
            kwargs["queryset"] = Organization.objects.all()
        super().__init__(slug_field="slug", **kwargs)

    def get_queryset(self) -> QuerySet[Organization]:
        """What the person may see, or belongs to."""
        user = self.context["request"].user
        return Organization.objects.of(user) if self.mine else Organization.objects.visible_to(user)
