"""REST: nodes."""

from django.urls import URLPattern
from rest_framework.routers import SimpleRouter

urlpatterns: list[URLPattern] = []


def register(router: SimpleRouter) -> None:
    """Add this noun's viewsets."""
