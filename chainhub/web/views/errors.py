"""What a person sees when an address leads nowhere or something broke."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseServerError
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseNotFound(render(request, "404.html").content)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"sentence": str(exception)}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError(render(request, "500.html").content)
