"""Pages: collaborations, their participants and the usage agreement."""

from chainhub.web.views.collaborations import agreement, index, lead, participants, profile

urlpatterns = [
    *index.urlpatterns,
    *profile.urlpatterns,
    *lead.urlpatterns,
    *participants.urlpatterns,
    *agreement.urlpatterns,
]
