"""Pages: datasets."""

from chainhub.web.views.datasets import catalogue, detail, files, reads, registering, sharing

urlpatterns = [
    *catalogue.urlpatterns,
    *registering.urlpatterns,
    *sharing.urlpatterns,
    *files.urlpatterns,
    *reads.urlpatterns,
    *detail.urlpatterns,
]
