"""The step of the parameters: a form made from the recipe's JSON schema."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.datasets.roles import sensitive_fields
from chainhub.jobs import catalogue
from chainhub.jobs.fields import common_fields
from chainhub.scenarios.catalogue import scenario
from chainhub.web.forms.jobs.step import Step

PREFIX, MOST_NAMES = "p-", 300
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
        suggested = dict(purpose.parameters) if purpose and purpose.recipe == recipe.name else {}
        if self.known.proposes(recipe.name):
            said = self.known.proposed.items()
            suggested |= {name.removeprefix(PREFIX): value for name, value in said if name.startswith(PREFIX)}
        names = _nameable(self.known.versions)
        self.groups: dict[str, dict[str, list[str]]] = {}
        for name, setting in catalogue.translated_schema(recipe)["properties"].items():
            offered = self.without_ignored(names, PREFIX + name) if setting.get("widget") == "field" else ()
            when, based = dict(setting.get("when") or {}), self.known.base is not None
            if when.pop(catalogue.BASED, based) != based:
                continue  # it means nothing for this job
            field: Any = _field(setting, suggested.get(name, setting.get("default")), offered)
            for other, value in when.items():
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
    if isinstance(value, list):
        return "|".join(_as_sent(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(setting: Setting) -> Setting:
    """A value that may be missing is written as a choice between it and null."""
    kinds = [one for one in setting.get("anyOf", ()) if one.get("type") != "null"]
    return {**setting, **kinds[0]} if kinds else setting


def _nameable(versions: Sequence[DatasetVersion]) -> list[str]:
    """Fields that a parameter may name: those that all datasets have and nobody hides; none where they are too many."""
    if any(version.dataset.kind == Kind.IMAGES for version in versions):
        return []
    hidden = {name for version in versions for name in sensitive_fields(version.dataset)}
    names = [name for name in common_fields(versions) if name not in hidden]
    return names if len(names) <= MOST_NAMES else []


def _field(setting: Setting, initial: Any, names: Sequence[str]) -> forms.Field:
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
    if setting["type"] == "string":
        return _naming(setting, names, texts)
    bounds: dict[str, Any] = {"min_value": setting.get("minimum"), "max_value": setting.get("maximum")}
    kind: Any = forms.IntegerField
    if setting["type"] != "integer":
        kind, texts["widget"] = forms.FloatField, forms.NumberInput(attrs={"step": "any"})
    return cast("forms.Field", kind(**bounds, **texts))


def _naming(setting: Setting, names: Sequence[str], texts: dict[str, Any]) -> forms.Field:
    """A text; one of the fields' names where it is to name one and they are known."""
    if setting.get("widget") == "field" and names:
        nothing = pgettext("no value", "none")
        return forms.ChoiceField(choices=[("", nothing), *((name, name) for name in names)], **texts)
    return forms.CharField(max_length=setting.get("maxLength"), **texts)


def shown_parameters(
    recipe: catalogue.Recipe, parameters: Mapping[str, Any], *, based: bool = False
) -> list[dict[str, Any]]:
    """Parameters as people read them, with what differs from the default marked; those without effect are left out.

    `based`: of a job that goes on from a base model.
    """
    properties = catalogue.translated_schema(recipe)["properties"]
    order = list(GROUPS)
    usual = {name: one.get("default") for name, one in properties.items()}
    complete = {**usual, **parameters, catalogue.BASED: based}
    usual |= _chosen(recipe, parameters, {name for name, value in usual.items() if value is None})
    known = sorted(
        (name for name in parameters if name in properties and catalogue.applies(properties[name], complete)),
        key=lambda name: order.index(_group(properties[name])),
    )
    return [
        {
            "title": properties[name]["title"],
            "value": _shown(properties[name], parameters[name]),
            "changed": parameters[name] != usual[name],
            "group": GROUPS[_group(properties[name])],
        }
        for name in known
    ]


def _chosen(recipe: catalogue.Recipe, parameters: Mapping[str, Any], empty: set[str]) -> dict[str, Any]:
    """What the recipe itself takes where these are left empty, as it does for a learning rate.

    Nothing where the parameters are an earlier recipe's, which this one refuses.
    """
    said = {name: value for name, value in parameters.items() if name not in empty}
    try:
        taken = catalogue.checked_parameters(recipe, said)
    except InvalidInputError:
        return {}
    return {name: taken[name] for name in empty}


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
