"""The doors: pages at the root, REST under /api/v1/, uploads by tus under /uploads/."""

from django.urls import include, path

urlpatterns = [
    path("", include("chainhub.web.urls", namespace="web")),
    path("api/v1/", include("chainhub.api.urls", namespace="api")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler404 = "chainhub.web.views.errors.not_found"
handler403 = "chainhub.web.views.errors.forbidden"
handler500 = "chainhub.web.views.errors.broken"
