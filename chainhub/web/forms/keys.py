"""The form of destroying an organization's keys."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DestroyForm(forms.Form):
    """The organization's name, typed: a click alone destroys nothing."""

    confirmation = forms.CharField(
        label=_("The organization's name, typed in full"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
