"""What people enter to try a model, by the kind of its input; each form's `row` is what the model is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.registry.inputs.common import LONGEST_SHOWN
from chainhub.registry.inputs.molecules import molecule_names
from chainhub.registry.inputs.series import pasted_numbers, pasted_series, series_fields
from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import LONGEST_PROMPT
from chainhub.registry.rows import kind_of, labels_drawn
from chainhub.web.forms.models import PREFIX, PictureForm, PromptForm, RowForm

ANY = _("Any of them")
LONGEST_SERIES = 2_000_000  # letters
CODE = {"class": "is-code", "spellcheck": "false"}


class WholePictureForm(PictureForm):
    """A picture that keeps its size, unless the answer would take too long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].help_text = _("PNG, JPEG or another common kind, at most 5 MB; of any size and shape.")


class SearchedPictureForm(WholePictureForm):
    """A picture in which things are to be found."""

    threshold = forms.FloatField(
        label=_("Least score"),
        min_value=0.01,
        max_value=1,
        initial=0.2,
        required=False,
        help_text=_("Boxes of which the model is less sure are not shown."),
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )


class NoisyPictureForm(WholePictureForm):
    """A picture that is to be cleaned."""

    noise = forms.FloatField(
        label=_("Noise laid over it first"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("Of 255 levels of brightness; for a picture that is clean. Empty: none."),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


class AskingForm(forms.Form):
    """What is not said is the model's own choice."""

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version

    @property
    def row(self) -> dict[str, Any]:
        """As the model takes it."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class OrderForm(AskingForm):
    """Pictures that are to be drawn."""

    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=64, initial=16)
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        help_text=_("The same number draws the same pictures again. Empty: new ones each time."),
    )

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        if labels := labels_drawn(version):
            choices = [("", ANY), *((label, label) for label in labels)]
            self.fields["label"] = forms.ChoiceField(label=_("Which kind"), choices=choices, required=False)


class SeriesForm(AskingForm):
    """Numbers of the past, and what is known beside them."""

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        told = self.told = series_fields(version.preprocessing)
        said = _("At least %(window)s, the oldest first; commas, spaces or lines between them. A table works, too: its "
                 "first line names the columns.") % {"window": told.window}  # fmt: skip
        self.fields["values"] = _long(told.target, said, 6, error_messages={"required": _("Give some numbers first.")})
        steps = told.window + (told.horizon if told.known_ahead else 0)
        beside = _("%(steps)s numbers, the oldest first. Empty means not known.") % {"steps": steps}
        for name in told.others:
            self.fields[PREFIX + name] = _long(name, beside, 2, required=False)
        if told.moment:
            when = _("When the last of them was, such as 2026-01-31: a weekday or a month is read from it.")
            self.fields[PREFIX + told.moment] = forms.CharField(
                label=told.moment, required=False, max_length=LONGEST_SHOWN, help_text=when
            )

    @property
    def row(self) -> dict[str, Any]:
        """Numbers; InvalidInputError says which is none."""
        row = pasted_series(self.version.preprocessing, self.cleaned_data["values"])
        given = {name: self.cleaned_data[PREFIX + name] for name in self.told.others}
        when = self.cleaned_data.get(PREFIX + self.told.moment)
        row |= {self.told.moment: when} if when else {}
        return row | {name: pasted_numbers(text, name) for name, text in given.items() if text}


def _long(label: Any, said: Any, lines: int, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": lines, **CODE})
    return forms.CharField(label=label, max_length=LONGEST_SERIES, widget=area, help_text=said, **more)


class MoleculeForm(AskingForm):
    """A molecule, and a protein where the model reads one."""

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        self.fields["smiles"] = forms.CharField(
            label=_("Molecule"),
            max_length=2_000,
            help_text=_("As SMILES, such as CC(=O)Oc1ccccc1C(=O)O for aspirin."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", **CODE}),
            error_messages={"required": _("Give a molecule first.")},
        )
        if "sequence" in molecule_names(version.preprocessing):
            self.fields["sequence"] = _long(_("Protein"), _("Its sequence, in letters of amino acids."), 4)
            self.fields["sequence"].error_messages["required"] = _("Give a protein first.")


class QuestionForm(AskingForm):
    """A question to be answered by sources."""

    text = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In your own words; the model answers with the passages nearest to it."),
        error_messages={"required": _("Write a question first.")},
    )


class GapsForm(AskingForm):
    """A text in which words are to be guessed."""

    text = forms.CharField(
        label=_("Text with gaps"),
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write ___ in place of each word that the model should guess, at most eight of them."),
        error_messages={"required": _("Write a text first.")},
    )


PICTURES = {"image": PictureForm, "boxes": SearchedPictureForm, "restore": NoisyPictureForm}
ASKING: dict[str, Any] = {
    "create": OrderForm,
    "series": SeriesForm,
    "molecule": MoleculeForm,
    "question": QuestionForm,
    "hidden": GapsForm,
}


def picture_form(version: ModelVersion, *args: Any) -> PictureForm:
    """For models that are sent a picture file."""
    return PICTURES.get(kind_of(version), PictureForm)(*args)


def asking_form(version: ModelVersion, *args: Any, **kwargs: Any) -> Any:
    """For all others; a form with a `row`."""
    kind = kind_of(version)
    if kind == "prompt":
        return PromptForm(*args, **kwargs)
    return ASKING.get(kind, RowForm)(*args, version=version, **kwargs)


def filled(version: ModelVersion, row: dict[str, Any]) -> dict[str, str]:
    """A row of the model as that form's own fields hold it."""
    kind = kind_of(version)
    if kind in ("prompt", "create", "question", "molecule", "hidden"):
        return {name: _written(value) for name, value in row.items() if value is not None}
    # What is not known empties its field, which may hold another row's value.
    told = {name: "" if value is None else _written(value) for name, value in row.items()}
    return {name if kind == "series" and name == "values" else PREFIX + name: value for name, value in told.items()}


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{one:.6g}" for one in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
