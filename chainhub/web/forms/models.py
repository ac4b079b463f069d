"""Forms of the model pages: filters, aliases, the card's notes, and rows to be predicted."""

import base64
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chainhub.collaborations.models import Collaboration
from chainhub.registry.inputs.common import LONGEST_SHOWN
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import Field, fields_of, in_four_digits, is_text, number_in

SORTS = [("newest", _("Newest first")), ("name", _("By name"))]
TASKS = [("", _("Every task")), ("classification", _("Classification")), ("regression", _("Regression")),
         ("language", _("Writing texts")), ("detection", _("Finding things in pictures")),
         ("restoration", _("Restoring pictures")), ("generation", _("Drawing pictures")),
         ("masked", _("Guessing hidden words")), ("forecast", _("Forecasts")),
         ("retrieval", _("Answering with sources"))]  # fmt: skip
PREFIX = "field-"
LARGEST_PICTURE = 5 * 2**20
LONGEST_TEXT = 20_000
MOST_WRITTEN = 200  # tokens; a program may ask for more


class ModelFilter(forms.Form):
    """What the list of models shows, as its address says."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    collaboration = forms.ModelChoiceField(
        label=_("Collaboration"),
        queryset=Collaboration.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Every collaboration"),
    )
    task = forms.ChoiceField(label=_("Task"), choices=TASKS, required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    def __init__(self, *args: Any, collaborations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collaboration"].queryset = collaborations  # type: ignore[attr-defined]


class AliasForm(forms.Form):
    """A name for a version."""

    name = forms.CharField(
        label=_("Alias"),
        max_length=40,
        help_text=_("Programs ask for the model by it; it can move to another version."),
    )
    version = forms.TypedChoiceField(label=_("Version"), coerce=int)

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [(number, f"v{number}") for number in numbers]  # type: ignore[attr-defined]


class CardForm(forms.Form):
    """What people add to the card."""

    text = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_(
            "Markdown. What the model is meant for and what not, what to watch, whom to ask. Data, scores and limits "
            "are written by the hub."
        ),
    )


class WholeField(forms.CharField):
    """A text whose length is judged here alone: a browser would cut what is too long, and say nothing."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """All but the greatest length."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class NumberField(WholeField):
    """A number as people write it, read by the registry, which is why it stays a text."""

    def validate(self, value: Any) -> None:
        """Empty is not known."""
        super().validate(value)
        if value and number_in(value) is None:
            raise ValidationError(_("“%(value)s” is not a number."), params={"value": value[:LONGEST_SHOWN]})


class RowForm(forms.Form):
    """One row, field by field; each may stay empty, as data often is, but not a text that is all there is to read."""

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in fields_of(version):
            self.fields[f"{PREFIX}{field.name}"] = _input_of(field)
        if len(self.fields) == 1 and is_text(version):
            (only,) = self.fields.values()
            only.required, only.error_messages["required"] = True, _("Write a text first.")

    @staticmethod
    def typical(version: ModelVersion) -> dict[str, str]:
        """A row from the middle of the training part, nobody's own."""
        return {f"{PREFIX}{field.name}": field.typical for field in fields_of(version)}

    @property
    def row(self) -> dict[str, Any]:
        """As the model takes it."""
        return {name.removeprefix(PREFIX): value for name, value in self.cleaned_data.items()}


class PromptForm(forms.Form):
    """What a model that writes is asked."""

    text = WholeField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The model goes on from here, or answers it."),
        error_messages={"required": _("Write a text first.")},
    )
    length = forms.IntegerField(
        label=_("Length"),
        min_value=1,
        max_value=MOST_WRITTEN,
        initial=60,
        required=False,
        help_text=_("Tokens at most."),
    )
    temperature = forms.FloatField(
        label=_("Temperature"),
        min_value=0,
        max_value=5,
        initial=0.8,
        required=False,
        help_text=_("0 always takes the likeliest; more is more daring."),
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )

    def clean_text(self) -> str:
        """Spaces are left as they are, but they are not all there is."""
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise ValidationError(self.fields["text"].error_messages["required"])
        return text

    @property
    def row(self) -> dict[str, Any]:
        """As the model takes it; what was left empty is the model's own choice."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class PasteForm(forms.Form):
    """Several rows at once."""

    text = WholeField(
        label=_("Rows as CSV"),
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 8, "class": "is-code", "spellcheck": "false"}),
        help_text=_("The first line names the fields. Cells copied from a spreadsheet work as well."),
        error_messages={"required": _("Paste a first line with the fields' names and at least one row below it.")},
    )


class PictureForm(forms.Form):
    """A picture to be looked at; read by the trainer, in a process of its own, and by nobody here."""

    picture = forms.FileField(
        label=_("Picture file"),
        help_text=_(
            "PNG, JPEG or another common kind, at most 5 MB; it is brought to the model's size as in training."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )

    def clean_picture(self) -> Any:
        """Not larger than what may pass to the worker at once."""
        picture = self.cleaned_data["picture"]
        if picture.size > LARGEST_PICTURE:
            raise ValidationError(_("This picture is larger than 5 MB."))
        return picture

    @property
    def row(self) -> dict[str, Any]:
        """As the model takes it; what was left empty is the model's own choice."""
        told = {name: value for name, value in self.cleaned_data.items() if value is not None and name != "picture"}
        return {"image": base64.b64encode(self.cleaned_data["picture"].read()).decode(), **told}


def _usual(field: Field) -> Any:
    """Where nine in ten training rows lie; of a field that hardly varies, what they have."""
    if field.low is None or field.high is None:
        return ""
    told = {"low": in_four_digits(field.low), "high": in_four_digits(field.high)}
    said = _("Usually %(low)s") if told["low"] == told["high"] else _("Usually %(low)s to %(high)s")
    return said % told


def _input_of(field: Field) -> forms.Field:
    if field.is_number:
        return NumberField(
            label=field.name,
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": field.typical, "autocomplete": "off"}),
            help_text=_usual(field),
        )
    if field.kind == "text":
        return WholeField(
            label=field.name, required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
        )
    if field.masked:
        return WholeField(label=field.name, required=False, max_length=200)
    choices = [("", pgettext_lazy("value of a field", "Not known")), *((value, value) for value in field.values)]
    said = {"invalid_choice": _("A value is not one of those that the field takes.")}
    return forms.ChoiceField(label=field.name, required=False, choices=choices, error_messages=said)
