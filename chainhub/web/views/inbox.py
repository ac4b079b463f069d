"""Pages: inbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
