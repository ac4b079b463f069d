"""Pages: the signed-in person's account and API tokens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.accounts import services
from chainhub.accounts.models import ApiToken
from chainhub.organizations.models import Membership
from chainhub.web.forms.people import ProfileForm, TokenForm
from chainhub.web.forms.refusals import refusals_in
from chainhub.web.http import SignedInRequest


@login_required
@require_http_methods(["GET", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """Name, language, theme, password, seats."""
    person = request.user
    form = ProfileForm(request.POST or None, instance=person, initial={"language": person.language})
    if request.method == "POST" and form.is_valid():
        services.change_profile(person, name=form.cleaned_data["name"])
        services.choose_language(person, language=form.cleaned_data["language"])
        messages.success(request, _("Saved."))
        return redirect("web:account")
    seats = Membership.objects.filter(user=person).select_related("organization")
    return render(request, "web/people/account.html", {"form": form, "seats": seats})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """The person's tokens; a new one's key is shown in this answer and never again."""
    form = TokenForm(request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            _token, key = services.issue_token(request.user, **form.wanted)
            form = TokenForm()
    own = ApiToken.objects.visible_to(request.user).order_by("revoked_at", "-pk")
    context = {"form": form, "key": key, "tokens": own, "address": request.build_absolute_uri("/api/v1/me/")}
    return render(request, "web/people/tokens.html", context)


@login_required
@require_POST
def token_revoke(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """End a token."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    services.revoke_token(token, actor=request.user)
    messages.success(request, _("“%(token)s” no longer works.") % {"token": token.name})
    return redirect("web:tokens")


urlpatterns = [
    path("me/", account, name="account"),
    path("me/tokens/", tokens, name="tokens"),
    path("me/tokens/<int:pk>/revoke/", token_revoke, name="token-revoke"),
]
