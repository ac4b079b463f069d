"""Every API address; each noun registers its own."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from chainhub.api import (
    activity,
    agreements,
    audit,
    bases,
    collaborations,
    curation,
    datasets,
    jobs,
    keys,
    models,
    nodes,
    organizations,
    people,
    policies,
    predictions,
    scenarios,
    search,
)

app_name = "api"

router = SimpleRouter()
urlpatterns: list[URLPattern | URLResolver] = [
    # Public: the document says what the hub can do, nothing about what is in it. The split view keeps its script in
    # an address of its own, as the content-security policy asks.
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
NOUNS = (
    people, audit, activity, organizations, keys, collaborations, datasets, jobs, nodes, models, bases, predictions,
    curation, policies, agreements, scenarios, search,
)  # fmt: skip
for noun in NOUNS:
    noun.register(router)
    urlpatterns += noun.urlpatterns
urlpatterns += [path("", include(router.urls))]
