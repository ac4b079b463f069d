"""What people are asked when they import a base model."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import MANAGERS
from chainhub.registry.bases import MOST
from chainhub.registry.prompts import LONGEST_PROMPT
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


class TextsForm(forms.Form):
    """Texts that a base model compares."""

    texts = forms.CharField(
        label=gettext_lazy("Texts"),
        max_length=MOST * LONGEST_PROMPT,
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "placeholder": gettext_lazy("The parcel has not arrived.\nMy delivery is late.\nHow do I pay?"),
            }
        ),
        help_text=gettext_lazy("One text a line, two to twenty of them."),
        error_messages={"required": gettext_lazy("Write at least two texts, each on a line of its own.")},
    )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """As the base model takes them; empty lines are none."""
        return [{"text": line.strip()} for line in self.cleaned_data["texts"].splitlines() if line.strip()]
