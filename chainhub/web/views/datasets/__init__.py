"""Pages: datasets."""

from chainhub.web.views.datasets import catalogue, detail, files, registering, sharing

urlpatterns = [
    *catalogue.urlpatterns,
    *registering.urlpatterns,
    *sharing.urlpatterns,
    *files.urlpatterns,
    *detail.urlpatterns,
]
