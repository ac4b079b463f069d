"""Pages: datasets."""

from chainhub.web.views.datasets import catalogue, croissant, detail, files, reads, registering, roles, sharing

urlpatterns = [
    *catalogue.urlpatterns,
    *registering.urlpatterns,
    *sharing.urlpatterns,
    *roles.urlpatterns,
    *files.urlpatterns,
    *croissant.urlpatterns,
    *reads.urlpatterns,
    *detail.urlpatterns,
]
