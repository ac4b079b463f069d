"""Forms of datasets by reference."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.models import Visibility
from chainhub.organizations.models import Organization


class AddressForm(forms.Form):
    """Where the file lies, and what it must hash to."""

    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("https://…, s3://bucket/file, or a path on your data node. Any kind of file that can be uploaded."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "input is-code"}),
    )
    sha256 = forms.CharField(
        label=_("SHA-256"),
        max_length=64,
        required=False,
        help_text=_("If you know it: the file is refused where it has another."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "input is-code"}),
    )


class ReferredVersionForm(AddressForm):
    """The next version."""

    note = forms.CharField(label=_("What changed"), max_length=300, required=False)


class ReferredDatasetForm(AddressForm):
    """A new dataset."""

    name = forms.CharField(label=_("Name"), max_length=120)
    summary = forms.CharField(label=_("Summary"), max_length=300, required=False)
    organization = forms.ModelChoiceField(label=_("Owner"), queryset=Organization.objects.none())
    visibility = forms.ChoiceField(
        label=_("Who sees the card and the fields"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        initial=Visibility.PRIVATE,
    )

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]
