"""Pages: compute."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
