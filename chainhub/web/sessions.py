"""When a person's browsers were last seen: written once a minute, not with each of their requests."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

REMEMBER_EVERY = 60.0
MOST = 10_000  # sessions that a process remembers; forgetting one costs a write

Answer = Callable[[HttpRequest], HttpResponse]


class SessionActivity:
    """Instead of django-allauth's own middleware, which writes with every request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.seen: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and self._is_due(key) and request.user.is_authenticated:
            UserSession.objects.create_from_request(request)
            self._remember(key)
        return self.get_response(request)

    def _is_due(self, key: str) -> bool:
        return time.monotonic() - self.seen.get(key, -REMEMBER_EVERY) >= REMEMBER_EVERY

    def _remember(self, key: str) -> None:
        if len(self.seen) >= MOST:
            self.seen.clear()
        self.seen[key] = time.monotonic()
