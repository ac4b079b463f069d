"""Pages: usage policies, access requests, agreements, and what taking data back did."""

from chainhub.web.views.policies import agreements, negotiating, offering, previewing, reports, requesting, taking_back

urlpatterns = [
    *offering.urlpatterns,
    *requesting.urlpatterns,
    *previewing.urlpatterns,
    *negotiating.urlpatterns,
    *agreements.urlpatterns,
    *taking_back.urlpatterns,
    *reports.urlpatterns,
]
