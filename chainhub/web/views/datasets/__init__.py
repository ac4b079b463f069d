"""Pages: datasets."""

from chainhub.web.views.datasets import catalogue, croissant, detail, files, reads, registering, sharing

urlpatterns = [
    *catalogue.urlpatterns,
    *registering.urlpatterns,
    *sharing.urlpatterns,
    *files.urlpatterns,
    *croissant.urlpatterns,
    *reads.urlpatterns,
    *detail.urlpatterns,
]
