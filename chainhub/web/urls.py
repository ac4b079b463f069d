"""Every page address; each view module lists its own."""

from chainhub.web.views import (
    audit,
    collaborations,
    compute,
    datasets,
    gallery,
    health,
    inbox,
    jobs,
    learning,
    live,
    models,
    organizations,
    overview,
    people,
    policies,
    scenarios,
    search,
    uploads,
)

app_name = "web"

urlpatterns = [
    *overview.urlpatterns,
    *search.urlpatterns,
    *people.urlpatterns,
    *organizations.urlpatterns,
    *collaborations.urlpatterns,
    *inbox.urlpatterns,
    *audit.urlpatterns,
    *policies.urlpatterns,
    *datasets.urlpatterns,
    *uploads.urlpatterns,
    *jobs.urlpatterns,
    *compute.urlpatterns,
    *models.urlpatterns,
    *scenarios.urlpatterns,
    *learning.urlpatterns,
    *live.urlpatterns,
    *health.urlpatterns,
    *gallery.urlpatterns,
]
