"""What a person sees when an address leads nowhere or something broke."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseServerError, JsonResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "Not Found",
            "code": "not_found",
        }
        return JsonResponse(problem, status=404, content_type="application/problem+json")
    return HttpResponseNotFound(render(request, "404.html").content)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"sentence": str(exception)}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError(render(request, "500.html").content)
