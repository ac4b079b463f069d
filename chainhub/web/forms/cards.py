"""The form of a dataset's card: what there is once, and the same questions in English and in Chinese."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.cardparts import CHINESE, ENGLISH, PARTS, REST, join_card, split_card
from chainhub.datasets.models import Dataset

LONGEST_CARD = 20_000
# Label, what to write, and how many rows it takes.
QUESTIONS: dict[str, tuple[Any, Any, int]] = {
    "about": (_("What it is"), _("What does a row stand for? Which fields matter?"), 5),
    "collection": (
        _("How it was collected"),
        _("By whom, when, with which instruments; what was cleaned or left out."),
        5,
    ),
    "limits": (_("Limits"), _("What is missing or skewed, and what it must not be used for."), 4),
    REST: (_("More"), _("Anything else, under headings of your own."), 3),
    "citation": (_("Citation"), _("How others should name it when they publish."), 2),
}


class CardForm(forms.Form):
    """Names of fields end in the language; `changes()` is what `services.update_card` takes."""

    name = forms.CharField(label=_("Name"), max_length=120)
    licence = forms.CharField(
        label=_("Licence"),
        max_length=120,
        required=False,
        help_text=_("An SPDX name such as CC-BY-4.0, or your own words."),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, required=False, help_text=_("Who collected it, and when.")
    )
    source_url = forms.URLField(label=_("Source address"), required=False, assume_scheme="https")

    def __init__(self, data: Any = None, *, dataset: Dataset) -> None:
        super().__init__(data, initial=initial_of(dataset))
        self.fields["licence"].widget.attrs["list"] = "licences"
        for language in (ENGLISH, CHINESE):
            self.fields[f"summary_{language}"] = forms.CharField(
                label=_("Summary"), max_length=300, required=False,
                help_text=_("One sentence: what does a row stand for, and where does it come from?"),
            )  # fmt: skip
            for part, (label, about, rows) in QUESTIONS.items():
                widget = forms.Textarea(attrs={"rows": rows, "class": "textarea is-code", "maxlength": LONGEST_CARD})
                self.fields[f"{part}_{language}"] = forms.CharField(
                    label=label, required=False, help_text=about, widget=widget, max_length=LONGEST_CARD
                )

    def clean(self) -> dict[str, Any]:
        """The parts together must fit into one card."""
        cleaned = super().clean() or self.cleaned_data
        for language in (ENGLISH, CHINESE):
            if len(_card(cleaned, language)) > LONGEST_CARD:
                self.add_error(f"about_{language}", _("The parts together are longer than 20,000 characters."))
        return cleaned

    def changes(self) -> dict[str, str]:
        """Of a valid form."""
        asked = self.cleaned_data
        return {
            **{name: asked[name] for name in ("name", "licence", "source", "source_url")},
            "summary": asked["summary_en"],
            "summary_zh": asked["summary_zh"],
            "card": _card(asked, ENGLISH),
            "card_zh": _card(asked, CHINESE),
        }

    def in_language(self, language: str) -> list[forms.BoundField]:
        """The questions of one language, in the order of the page."""
        return [self[f"{name}_{language}"] for name in ("summary", *QUESTIONS)]

    @property
    def english(self) -> list[forms.BoundField]:
        return self.in_language(ENGLISH)

    @property
    def chinese(self) -> list[forms.BoundField]:
        return self.in_language(CHINESE)


def initial_of(dataset: Dataset) -> dict[str, str]:
    """What the card says now, taken apart."""
    texts = {ENGLISH: (dataset.summary, dataset.card), CHINESE: (dataset.summary_zh, dataset.card_zh)}
    found = {name: getattr(dataset, name) for name in ("name", "licence", "source", "source_url")}
    for language, (summary, card) in texts.items():
        found[f"summary_{language}"] = summary
        found |= {f"{part}_{language}": text for part, text in split_card(card).items()}
    return found


def _card(asked: dict[str, Any], language: str) -> str:
    return join_card({part: asked.get(f"{part}_{language}") or "" for part in (*PARTS, REST)}, language)
