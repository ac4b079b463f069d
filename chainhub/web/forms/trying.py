"""What people enter to try a model, by the kind of its input; each form's `row` is what the model is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.registry.inputs.common import LONGEST_SHOWN
from chainhub.registry.inputs.molecules import LONGEST, molecule_names
from chainhub.registry.inputs.samples import samples_of
from chainhub.registry.inputs.series import pasted_numbers, pasted_series, series_fields
from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import LONGEST_PROMPT
from chainhub.registry.rows import kind_of, labels_drawn
from chainhub.web.forms.models import PREFIX, PictureForm, PromptForm, RowForm, WholeField

ANY = _("Any of them")
LONGEST_SERIES = 2_000_000  # letters
CODE = {"class": "is-code", "spellcheck": "false"}
ALSO = {"image": "picture"}  # what a model calls otherwise than its form


@contextmanager
def told_in(form: forms.Form, place: str = "") -> Iterator[None]:
    """A refusal of the block stands at `place`, or at the field that it is about; what is about none, by itself."""
    try:
        yield
    except DomainError as refusal:
        form.add_error(place or _place(form, refusal.field), str(refusal))


def _place(form: forms.Form, field: str | None) -> str | None:
    """Of “rows.1.age” the form's field; a form of one field takes all that is about what was asked."""
    if field and len(form.fields) == 1:
        return next(iter(form.fields))
    name = ".".join((field or "").split(".")[2:])
    return next((one for one in (name, PREFIX + name, ALSO.get(name)) if one in form.fields), None)


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
            self.fields[PREFIX + told.moment] = WholeField(
                label=told.moment, required=False, max_length=LONGEST_SHOWN, help_text=when
            )

    def clean(self) -> None:
        """Numbers, each text read by itself; what a table told beside the values gives way to its own field."""
        given = self.cleaned_data
        self.read: dict[str, Any] = {}
        if text := given.get("values"):
            with told_in(self, "values"):
                self.read |= pasted_series(self.version.preprocessing, text)
        if when := given.get(PREFIX + self.told.moment):
            self.read[self.told.moment] = when
        for name in self.told.others:
            if text := given.get(PREFIX + name):
                with told_in(self, PREFIX + name):
                    self.read[name] = pasted_numbers(text, name)

    @property
    def row(self) -> dict[str, Any]:
        """Lists of numbers, by their fields."""
        return self.read


def _long(label: Any, said: Any, lines: int, *, most: int = LONGEST_SERIES, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": lines, **CODE})
    return WholeField(label=label, max_length=most, widget=area, help_text=said, **more)


class MoleculeForm(AskingForm):
    """A molecule, and a protein where the model reads one."""

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        self.fields["smiles"] = WholeField(
            label=_("Molecule"),
            max_length=LONGEST["smiles"],
            help_text=_("As SMILES, such as CC(=O)Oc1ccccc1C(=O)O for aspirin."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", **CODE}),
            error_messages={"required": _("Give a molecule first.")},
        )
        if "sequence" in molecule_names(version.preprocessing):
            said, first = _("Its sequence, in letters of amino acids."), {"required": _("Give a protein first.")}
            protein = _long(_("Protein"), said, 4, most=LONGEST["sequence"], error_messages=first)
            self.fields["sequence"] = protein


class QuestionForm(AskingForm):
    """A question to be answered by sources."""

    text = WholeField(
        label=_("Question"),
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In your own words; the model answers with the passages nearest to it."),
        error_messages={"required": _("Write a question first.")},
    )


class GapsForm(AskingForm):
    """A text in which words are to be guessed."""

    text = WholeField(
        label=_("Text with gaps"),
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write ___ in place of each word that the model should guess, at most eight of them."),
        error_messages={"required": _("Write a text first.")},
    )


class SampleForm(AskingForm):
    """One of the model's own examples, by its number; there is nothing to fill in."""

    @property
    def row(self) -> dict[str, Any]:
        """As the model takes it; InvalidInputError where there is no such example."""
        found = {str(place): one for place, one in enumerate(samples_of(self.version))}
        if self.data["sample"] not in found:
            raise InvalidInputError(gettext_noop("There is no such example."))
        return found[self.data["sample"]]


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
