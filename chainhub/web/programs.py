"""Plain views that programs call as well as browsers: refusals as JSON, never as a page or a redirect."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from chainhub.core.disk import refusal_of
from chainhub.core.errors import DomainError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_programs(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> View[P]:
    """Answer what the view refuses as `{"error": sentence}` with its status; 401 names the way to sign in."""

    @csrf_exempt  # callers.caller_of asks by hand: programs carry no cookie
    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except DomainError as refusal:
            answer = _refusal(str(refusal), refusal.status)
        except PermissionDenied:
            answer = _refusal(_("You may see this dataset, but not take its files."), 403)
        except Http404:
            answer = _refusal(_("There is nothing here that you may see."), 404)
        except Exception as fault:
            if (full := refusal_of(fault)) is None:
                raise
            answer = _refusal(str(full), full.status)
        if answer.status_code == 401:  # noqa: PLR2004 - HTTP's own number
            answer["WWW-Authenticate"] = 'Bearer realm="ChainHub"'
        return answer

    return cast("View[P]", answered)


def _refusal(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)
