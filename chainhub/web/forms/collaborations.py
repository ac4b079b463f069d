"""Forms of collaborations: opening one, inviting, the agreement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.agreements import default_agreement
from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization
from chainhub.scenarios.catalogue import scenarios
from chainhub.scenarios.keeper import real_organizations


def scenario_choices() -> list[tuple[str, Any]]:
    """The catalogue, and none of it."""
    return [("", _("Another purpose")), *((one.slug, one.title) for one in scenarios())]


class CollaborationForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """What a collaboration is for, who is asked, and under which text."""

    scenario = forms.ChoiceField(label=_("Scenario"), required=False, choices=scenario_choices)
    invited = forms.ModelMultipleChoiceField(
        label=_("Invite organizations"),
        queryset=Organization.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their owners and admins read the agreement and decide. You can invite more later."),
    )
    agreement_text = forms.CharField(
        label=_("Usage agreement"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Each participant accepts this very text. When you change it later, everybody is asked again."),
    )

    class Meta:
        model = Collaboration
        fields = ("name", "goal", "scenario")
        widgets = {"goal": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"goal": _("One or two sentences: what should the model be able to do, and for whom?")}

    def __init__(self, *args: Any, organization: Organization, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["invited"].queryset = real_organizations().exclude(pk=organization.pk)  # type: ignore[attr-defined]
        self.initial.setdefault("agreement_text", default_agreement(language))


class GoalForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """Name and goal of an open collaboration."""

    class Meta:
        model = Collaboration
        fields = ("name", "goal")
        widgets = {"goal": forms.Textarea(attrs={"rows": 4})}


class InviteForm(forms.Form):
    """Which organization to ask."""

    organization = forms.ModelChoiceField(label=_("Organization"), queryset=Organization.objects.none())

    def __init__(self, *args: Any, collaboration: Collaboration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = collaboration.participants.filter(status__in=["invited", "accepted"])
        free = real_organizations().exclude(pk__in=taken.values("organization"))
        self.fields["organization"].queryset = free  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """An explicit word, and the version that was read."""

    agreement = forms.IntegerField(widget=forms.HiddenInput)
    read = forms.BooleanField(label=_("I have read the agreement and accept it in the name of my organization."))


class AgreementForm(forms.Form):
    """The next version of the text."""

    text = forms.CharField(label=_("Text"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 22}))
