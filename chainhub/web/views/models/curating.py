"""Moving a model's aliases and writing its card's notes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.core.errors import NotAllowedError
from chainhub.registry import permissions, services
from chainhub.registry.models import Model
from chainhub.web.forms.models import AliasForm, CardForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.models.finding import visible_model, visible_versions


@login_required
@require_POST
def set_alias(request: SignedInRequest, organization: str, slug: str) -> HttpResponseRedirect:
    """Let a name stand for a version."""
    model = visible_model(request.user, organization, slug)
    versions = visible_versions(request.user, model)
    form = AliasForm(request.POST, numbers=list(versions.values_list("number", flat=True)))
    if form.is_valid():
        version = get_object_or_404(versions, number=form.cleaned_data["version"])
        alias = services.set_alias(version, form.cleaned_data["name"], actor=request.user)
        messages.success(
            request, _("“%(alias)s” is now v%(number)s.") % {"alias": alias.name, "number": version.number}
        )
    else:
        messages.error(request, _("Name an alias and one of the versions."))
    return _versions_of(model)


@login_required
@require_POST
def remove_alias(request: SignedInRequest, organization: str, slug: str, name: str) -> HttpResponseRedirect:
    """The name stands for nothing any more."""
    model = visible_model(request.user, organization, slug)
    services.remove_alias(get_object_or_404(model.aliases.select_related("model"), name=name), actor=request.user)
    messages.success(request, _("“%(alias)s” was removed.") % {"alias": name})
    return _versions_of(model)


@login_required
@require_http_methods(["GET", "POST"])
def edit_card(request: SignedInRequest, organization: str, slug: str) -> HttpResponse:
    """What people add to the card."""
    model = visible_model(request.user, organization, slug)
    if not permissions.may_curate(request.user, model):
        raise NotAllowedError(services.ONLY_CURATORS, organization=model.organization.name)
    last = model.card_edits.first()
    form = CardForm(request.POST or None, initial={"text": last.text if last else ""})
    if request.method == "POST" and form.is_valid():
        services.edit_card(model, text=form.cleaned_data["text"], actor=request.user)
        messages.success(request, _("The card was saved."))
        return redirect(f"{model.get_absolute_url()}?tab=card")
    return render(request, "web/models/card.html", {"model": model, "form": form})


def _versions_of(model: Model) -> HttpResponseRedirect:
    return redirect(f"{model.get_absolute_url()}?tab=versions")
