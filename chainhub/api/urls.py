"""Every API address; each noun registers its own."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from chainhub.api import (
    activity,
    collaborations,
    curation,
    datasets,
    jobs,
    models,
    nodes,
    organizations,
    people,
    scenarios,
)

app_name = "api"

router = SimpleRouter()
urlpatterns: list[URLPattern | URLResolver] = [
    # Public: the document says what the hub can do, nothing about what is in it. The split view keeps its script in
    # an address of its own, as the content-security policy asks.
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
for noun in (people, activity, organizations, collaborations, datasets, jobs, nodes, models, curation, scenarios):
    noun.register(router)
    urlpatterns += noun.urlpatterns
urlpatterns += [path("", include(router.urls))]
