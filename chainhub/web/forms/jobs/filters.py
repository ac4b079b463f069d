"""What the list of jobs shows, and a data owner's answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.models import Collaboration
from chainhub.jobs.catalogue import recipes, title_of
from chainhub.jobs.models import Status

SORTS = [
    ("", _("Newest first")),
    ("oldest", _("Oldest first")),
    ("title", _("By title")),
    ("longest", _("Longest first")),
]


class JobFilter(forms.Form):
    """All of it lives in the address."""

    q = forms.CharField(label=_("Title or number"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Every state")), *Status.choices[1:]])
    collaboration = forms.ModelChoiceField(
        label=_("Collaboration"),
        queryset=Collaboration.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Every collaboration"),
    )
    recipe = forms.ChoiceField(label=_("Recipe"), required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collaboration"].queryset = Collaboration.objects.visible_to(user).distinct()  # type: ignore[attr-defined]
        known = [(one.name, title_of(one.name)) for one in recipes()]
        self.fields["recipe"].choices = [("", _("Every recipe")), *known]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """Yes or no, with a word about it."""

    answer = forms.ChoiceField(choices=[("approve", _("Approve")), ("decline", _("Decline"))])
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
