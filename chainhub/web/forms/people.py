"""Forms of a person's own pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainhub.accounts.models import ApiToken, Scope, User

LIVES = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year")))


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """Name and language."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser asks")), *settings.LANGUAGES],
        help_text=_("Pages, mails and reasons are written in it."),
    )

    class Meta:
        model = User
        fields = ("name",)
        labels = {"name": _("Your name")}


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """What a new token may do and for how long."""

    name = forms.CharField(label=_("What is it for?"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope.choices, initial=[Scope.READ], widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label=_("It expires after"), choices=LIVES, coerce=int, initial=90)

    class Meta:
        model = ApiToken
        fields = ("name",)

    @property
    def wanted(self) -> dict[str, Any]:
        """What `issue_token` takes."""
        expires_at: datetime = timezone.now() + timedelta(days=self.cleaned_data["days"])
        return {
            "name": self.cleaned_data["name"],
            "scopes": self.cleaned_data["scopes"],
            "expires_at": expires_at,
        }
