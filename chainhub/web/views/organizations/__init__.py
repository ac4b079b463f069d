"""Pages: organizations, their members, and invitations."""

from chainhub.web.views.organizations import joining, keys, members, profile

urlpatterns = [*profile.urlpatterns, *members.urlpatterns, *joining.urlpatterns, *keys.urlpatterns]
