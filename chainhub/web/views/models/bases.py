"""Base models on the page of models: which there are, and a small form for those who may import one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chainhub.bases.models import BaseModel
from chainhub.core.queue import send
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import MANAGERS
from chainhub.scenarios.bases import CARRIED
from chainhub.web.http import SignedInRequest


class BaseForm(forms.Form):
    """Which base model, and for which organization of the person's."""

    base = forms.ChoiceField(
        label=gettext_lazy("Base model"),
        choices=[(slug, f"{one.origin.name} · {one.origin.licence}") for slug, one in CARRIED.items()],
    )
    organization = forms.ChoiceField(label=gettext_lazy("Organization"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = {one.slug: one for one in Organization.objects.where(user, *MANAGERS).distinct()}
        field: Any = self.fields["organization"]
        field.choices = [(slug, one.name) for slug, one in self.mine.items()]


def bases_context(request: SignedInRequest) -> dict[str, Any]:
    """The person's base models, and the form where there is an organization to import one for."""
    bases = list(BaseModel.objects.visible_to(request.user).select_related("organization"))
    form = BaseForm(user=request.user)
    return {"bases": bases, "base_form": form if form.mine else None}


@login_required
@require_POST
def import_base(request: SignedInRequest) -> HttpResponse:
    """Queue the import; the inbox says when it is done."""
    form = BaseForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Choose a base model, and an organization that you manage."))
    elif _queued(form, request.user.pk):
        messages.success(request, _("The base model is being imported; your inbox says when it is there."))
    else:
        messages.error(request, _("The hub's message server does not answer; try again soon."))
    return HttpResponseRedirect(reverse("web:models"))


def _queued(form: BaseForm, user: int) -> bool:
    organization = form.mine[form.cleaned_data["organization"]]
    return send("scenarios.import_base_model", form.cleaned_data["base"], organization.pk, user)
