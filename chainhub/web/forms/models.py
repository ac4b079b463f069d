"""Forms of the model pages: filters, aliases, the card's notes, and rows to be predicted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chainhub.collaborations.models import Collaboration
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import Field, fields_of, in_four_digits, is_text

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
        """As the model takes it; what is no number is told by the registry's own check."""
        return {name.removeprefix(PREFIX): value for name, value in self.cleaned_data.items()}


class PromptForm(forms.Form):
    """What a model that writes is asked."""

    text = forms.CharField(
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

    @property
    def row(self) -> dict[str, Any]:
        """As the model takes it; what was left empty is the model's own choice."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class PasteForm(forms.Form):
    """Several rows at once."""

    text = forms.CharField(
        label=_("Rows as CSV"),
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 8, "class": "is-code", "spellcheck": "false"}),
        help_text=_("The first line names the fields. Cells copied from a spreadsheet work as well."),
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
            raise forms.ValidationError(_("This picture is larger than 5 MB."))
        return picture


def _input_of(field: Field) -> forms.Field:
    if field.is_number:
        edges = {"low": field.low, "high": field.high}
        usual = {name: in_four_digits(one) for name, one in edges.items() if one is not None}
        return forms.CharField(
            label=field.name,
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": field.typical, "autocomplete": "off"}),
            help_text=_("Usually %(low)s to %(high)s") % usual if len(usual) == len(edges) else "",
        )
    if field.kind == "text":
        return forms.CharField(
            label=field.name, required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
        )
    if field.masked:
        return forms.CharField(label=field.name, required=False, max_length=200)
    choices = [("", pgettext_lazy("value of a field", "Not known")), *((value, value) for value in field.values)]
    return forms.ChoiceField(label=field.name, required=False, choices=choices)
