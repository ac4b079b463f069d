"""Pages: collaborations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
