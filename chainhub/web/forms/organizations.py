"""Forms of organizations: the profile and an invitation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.organizations.models import COLOURS, Invitation, Organization, Role

LIVES = ((1, _("1 day")), (7, _("7 days")), (14, _("14 days")), (30, _("30 days")))


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The profile of an organization."""

    colour = forms.TypedChoiceField(
        label=_("Colour"),
        choices=[(number, str(number + 1)) for number in range(COLOURS)],
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("It stands for the organization in every chart, badge and map."),
    )

    class Meta:
        model = Organization
        fields = ("name", "short_name", "stage", "industry", "description", "colour")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """Whom to invite, as what, for how long."""

    days = forms.TypedChoiceField(label=_("The link works for"), choices=LIVES, coerce=int, initial=14)

    class Meta:
        model = Invitation
        fields = ("email", "role")

    @property
    def wanted(self) -> dict[str, Any]:
        """What `invite_person` takes."""
        return {name: self.cleaned_data[name] for name in ("email", "role", "days")}


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(choices=Role.choices)
