"""The language a person chose, kept with the person: it follows to every browser."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from chainhub.accounts.models import User
from chainhub.accounts.services import choose_language

Answer = Callable[[HttpRequest], HttpResponse]


class PersonalLanguage:
    """After sign-in a person's own language wins over the browser's and the cookie's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie nobody is signed in: no question of the database.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User) and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Public. Django's own view (cookie, safe redirect), and the choice is kept with a signed-in person."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        choose_language(request.user, language=language)
    return django_set_language(request)
