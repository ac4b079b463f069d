"""Pages: datasets."""

from chainhub.web.views.datasets import card, catalogue, croissant, detail, files, reads, registering, roles, sharing

urlpatterns = [
    *catalogue.urlpatterns,
    *card.urlpatterns,
    *registering.urlpatterns,
    *sharing.urlpatterns,
    *roles.urlpatterns,
    *files.urlpatterns,
    *croissant.urlpatterns,
    *reads.urlpatterns,
    *detail.urlpatterns,
]
