"""Every API address; each noun registers its own."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from chainhub.api import collaborations, datasets, jobs, models, nodes, organizations, people

app_name = "api"

router = SimpleRouter()
urlpatterns = []
for noun in (people, organizations, collaborations, datasets, jobs, nodes, models):
    noun.register(router)
    urlpatterns += noun.urlpatterns
urlpatterns += [path("", include(router.urls))]
