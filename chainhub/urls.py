"""The doors: pages at the root, REST under /api/v1/, uploads by tus under /uploads/."""

from django.urls import include, path

from chainhub.web.languages import set_language

urlpatterns = [
    path("", include("chainhub.web.urls", namespace="web")),
    path("api/v1/", include("chainhub.api.urls", namespace="api")),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
]

handler404 = "chainhub.web.views.errors.not_found"
handler403 = "chainhub.web.views.errors.forbidden"
handler500 = "chainhub.web.views.errors.broken"
