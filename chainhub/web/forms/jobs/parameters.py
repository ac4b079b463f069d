"""The step of the parameters: a form made from the recipe's JSON schema."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from chainhub.core.errors import InvalidInputError
from chainhub.jobs import catalogue
from chainhub.scenarios.catalogue import scenario
from chainhub.web.forms.jobs.step import Step

PREFIX = "p-"
GROUPS = {
    "model": _("Model"),
    "training": _("Training"),
    "preprocessing": _("Preprocessing"),
    "evaluation": _("Evaluation"),
}
Setting = Mapping[str, Any]


class IntegersField(forms.CharField):
    """`128, 64` as a list of whole numbers."""

    def to_python(self, value: Any) -> Any:
        """Numbers between commas or spaces."""
        parts = [part for part in re.split(r"[\s,，、;]+", super().to_python(value) or "") if part]
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise forms.ValidationError(_("Write whole numbers with commas between them.")) from None

    def prepare_value(self, value: Any) -> Any:
        """As it is typed."""
        return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else value


class ParametersStep(Step):
    """Grouped; what is seldom changed is folded; what depends on another choice appears with it."""

    key, title = "parameters", _("Parameters")

    def prepare(self) -> None:
        collaboration, _organization, recipe = self.known.need()
        purpose = scenario(collaboration.scenario)
        suggested = purpose.parameters if purpose and purpose.recipe == recipe.name else {}
        self.groups: dict[str, dict[str, list[str]]] = {}
        for name, setting in catalogue.translated_schema(recipe)["properties"].items():
            field: Any = _field(setting, suggested.get(name, setting.get("default")))
            for other, value in (setting.get("when") or {}).items():
                field.when_field, field.when_value = PREFIX + other, _as_sent(value)
            self.fields[PREFIX + name] = field
            place = self.groups.setdefault(_group(setting), {"plain": [], "advanced": []})
            place["advanced" if setting.get("advanced") else "plain"].append(PREFIX + name)

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The groups in their order, with bound fields."""
        return [
            {
                "title": GROUPS[key],
                "plain": [self[name] for name in self.groups[key]["plain"]],
                "advanced": [self[name] for name in self.groups[key]["advanced"]],
                "has_errors": any(name in self.errors for name in self.groups[key]["advanced"])
                if self.is_bound
                else False,
            }
            for key in GROUPS
            if key in self.groups
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                data["parameters"] = catalogue.checked_parameters(self.known.need()[2], self._said(data))
            except InvalidInputError as refusal:
                name = PREFIX + (refusal.field or "")
                self.add_error(name if name in self.fields else None, str(refusal))
        return data

    def settle(self) -> None:
        self.known.asked["parameters"] = self.cleaned_data["parameters"]

    def _said(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was filled in; what was left empty, or not shown, keeps the recipe's default."""
        said = {}
        for name, field in self.fields.items():
            shown = name in self.data or isinstance(field, forms.BooleanField)
            if shown and data.get(name) not in (None, ""):
                said[name.removeprefix(PREFIX)] = data[name]
        return said


def _as_sent(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(setting: Setting) -> Setting:
    """A value that may be missing is written as a choice between it and null."""
    kinds = [one for one in setting.get("anyOf", ()) if one.get("type") != "null"]
    return {**setting, **kinds[0]} if kinds else setting


def _field(setting: Setting, initial: Any) -> forms.Field:
    setting = _kind(setting)
    texts: dict[str, Any] = {
        "label": setting["title"],
        "help_text": setting.get("description", ""),
        "initial": initial,
        "required": False,
    }
    if "enum" in setting:
        labels = setting.get("labels", {})
        return forms.ChoiceField(choices=[(value, labels.get(value, value)) for value in setting["enum"]], **texts)
    if setting["type"] == "boolean":
        return forms.BooleanField(**texts)
    if setting["type"] == "array":
        return IntegersField(**texts)
    bounds: dict[str, Any] = {"min_value": setting.get("minimum"), "max_value": setting.get("maximum")}
    if setting["type"] == "integer":
        return forms.IntegerField(**bounds, **texts)
    return forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}), **bounds, **texts)


def shown_parameters(recipe: catalogue.Recipe, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Parameters as people read them, with what differs from the default marked; those without effect are left out."""
    properties = catalogue.translated_schema(recipe)["properties"]
    order = list(GROUPS)
    complete = {**{name: one.get("default") for name, one in properties.items()}, **parameters}
    known = sorted(
        (name for name in parameters if name in properties and catalogue.applies(properties[name], complete)),
        key=lambda name: order.index(_group(properties[name])),
    )
    return [
        {
            "title": properties[name]["title"],
            "value": _shown(properties[name], parameters[name]),
            "changed": parameters[name] != properties[name].get("default"),
            "group": GROUPS[_group(properties[name])],
        }
        for name in known
    ]


def _group(setting: Setting) -> str:
    group = str(setting.get("group", ""))
    return group if group in GROUPS else "model"


def _shown(setting: Setting, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return pgettext("no value", "none")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or pgettext("no value", "none")
    return str(setting.get("labels", {}).get(str(value), value))
