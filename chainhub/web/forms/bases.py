"""What people are asked when they import a base model."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import MANAGERS
from chainhub.scenarios.bases import CARRIED


class ImportForm(forms.Form):
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
