"""Pages: training jobs, from the guided launch to what came of them."""

from chainhub.web.views.jobs import acting, detail, launching, listing, results

urlpatterns = [
    *listing.urlpatterns,
    *launching.urlpatterns,
    *detail.urlpatterns,
    *results.urlpatterns,
    *acting.urlpatterns,
]
