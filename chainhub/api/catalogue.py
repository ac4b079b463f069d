"""REST: the list of datasets, searched, narrowed by facets and sorted; and the facets with their counts."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chainhub.datasets.catalogue import FACETS, Asked, Sort, asked_in, counted, in_order, loaded, narrowed
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization

PARAMETERS = [
    OpenApiParameter("q", str, description="Words in name, texts, fields, source or owner, English or Chinese."),
    OpenApiParameter("sort", str, enum=Sort.values, description="By relevance where `q` is given, else newest."),
    *(
        OpenApiParameter(name, str, many=True, enum=facet.order or None, description="May be given several times.")
        for name, facet in FACETS.items()
    ),
]


class ChoiceSerializer(serializers.Serializer[Any]):
    """A value of a facet; `count` datasets have it among those that the other facets leave."""

    value = serializers.CharField()
    count = serializers.IntegerField()
    chosen = serializers.BooleanField()


class DatasetFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """`?organization=`, `?mine=true`, `?withdrawn=false`; words, facets and order are read by the catalogue."""

    organization = filters.CharFilter(field_name="organization__slug")
    mine = filters.BooleanFilter(method="own", label="Only those of my organizations")
    withdrawn = filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull", exclude=True)

    def own(self, found: QuerySet[Dataset], _name: str, wanted: Any) -> QuerySet[Dataset]:
        """By membership."""
        return found.filter(organization__in=Organization.objects.of(self.request.user)) if wanted else found


class InCatalogue(mixins.ListModelMixin):
    """Mixin of the viewset of datasets."""

    @extend_schema(parameters=PARAMETERS, summary="Search the datasets")
    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Those whose card you may see."""
        asked = _asked(request)
        found = in_order(narrowed(self.filter_queryset(self.get_queryset()), asked, request.user), asked)
        rows = loaded(self.paginate_queryset(found), self.request.user, "created_by")
        answer: Response = self.get_paginated_response(self.get_serializer(rows, many=True).data)
        return answer

    @extend_schema(parameters=PARAMETERS, responses={200: ChoiceSerializer(many=True)}, summary="Count by facets")
    def facets(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """`{facet: [{value, count, chosen}]}` of what the same search would list; nothing that you may not see."""
        counts = counted(self.filter_queryset(self.get_queryset()), _asked(request), request.user)
        return Response({name: ChoiceSerializer(choices, many=True).data for name, choices in counts.items()})


def _asked(request: Request) -> Asked:
    """A page leaves out what makes no sense; a program is told. Raises `ValidationError`."""
    query = dict(request.query_params.lists())
    known = {name: facet.knows for name, facet in FACETS.items()} | {"sort": Sort.values.__contains__}
    unknown = {name: [one for one in query.get(name, ()) if one and not knows(one)] for name, knows in known.items()}
    if any(unknown.values()):
        said = _("Unknown value: %(value)s")
        raise serializers.ValidationError(
            {name: [said % {"value": one} for one in values] for name, values in unknown.items() if values}
        )
    return asked_in(query)
