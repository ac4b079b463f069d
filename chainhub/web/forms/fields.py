"""Forms that correct what was detected about a dataset and its fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.inspection.kinds import COLUMNAR
from chainhub.datasets.models import Kind
from chainhub.datasets.roles import FieldRole, FieldType
from chainhub.datasets.services.fields import LONGEST_ABOUT, LONGEST_UNIT


class FieldForm(forms.Form):
    """One field: its part, how its values are read, its unit, who sees it, and what it means."""

    role = forms.ChoiceField(label=_("Role"), choices=FieldRole.choices)
    type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        help_text=_("Training reads the values as this type; a value that does not allow it is named."),
    )
    unit = forms.CharField(label=_("Unit"), max_length=LONGEST_UNIT, required=False)
    sensitive = forms.BooleanField(
        label=_("Sensitive"),
        required=False,
        help_text=_("Its values are hidden from other organizations, wherever they would be shown."),
    )
    about = forms.CharField(label=_("What it means"), max_length=LONGEST_ABOUT, required=False)

    def __init__(self, *args: Any, described: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = dict(FieldType.choices)
        detected, chosen = described["detected_type"], described["type"]
        as_found = kinds.get(detected, detected)
        options: Any = self.fields["type"]
        options.choices = [("", _("%(type)s (as detected)") % {"type": as_found})] + [
            (value, label) for value, label in FieldType.choices if value != detected
        ]
        self.initial = {**described, "type": "" if chosen == detected else chosen}


class KindForm(forms.Form):
    """What a table is used as."""

    kind = forms.ChoiceField(
        label=_("Kind of data"), choices=[(kind.value, kind.label) for kind in Kind if kind.value in COLUMNAR]
    )
