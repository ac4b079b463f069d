"""Pages: datasets."""

from chainhub.web.views.datasets import (
    card,
    catalogue,
    changing,
    comparing,
    croissant,
    detail,
    files,
    profiles,
    reads,
    referring,
    registering,
    roles,
    rows,
    sharing,
)

urlpatterns = [
    *catalogue.urlpatterns,
    *card.urlpatterns,
    *registering.urlpatterns,
    *referring.urlpatterns,
    *sharing.urlpatterns,
    *roles.urlpatterns,
    *files.urlpatterns,
    *croissant.urlpatterns,
    *reads.urlpatterns,
    *rows.urlpatterns,
    *profiles.urlpatterns,
    *changing.urlpatterns,
    *comparing.urlpatterns,
    *detail.urlpatterns,
]
