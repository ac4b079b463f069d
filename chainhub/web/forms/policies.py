"""Terms as a form, asking for access, and answering."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazily

from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization
from chainhub.policies.names import titles_of
from chainhub.policies.parsing import TITLES, TermsError, parse_terms
from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_FEDERATED, TRAIN_POOLED, USES, VIEW_ROWS, Terms

NOTHING = "none"
TRAINING = [
    (TRAIN_POOLED, _("Training on pooled rows")),
    (TRAIN_FEDERATED, _("Federated training only: rows stay with their owner")),
    (EVALUATE, _("Evaluating models only")),
    (NOTHING, _("Neither training nor evaluating")),
]
ROWS = [(NOTHING, _("Nobody but the owner sees rows")), (VIEW_ROWS, _("Rows may be viewed")),
        (DOWNLOAD, _("Rows may be viewed and files downloaded"))]  # fmt: skip
TITLED = {name: lazily(title) for name, title in TITLES.items()}
PLAIN = ("until", "max_jobs", "max_epsilon", "models_may_leave", "ask_each_job", "name_source", "delete_after_days")
NAMES = ("organizations", "collaborations", "purposes", "recipes")


def _number(field: str, *, help_text: Any = "", least: int = 1, unit: Any = "") -> forms.IntegerField:
    number = forms.IntegerField(label=TITLED[field], min_value=least, required=False, help_text=help_text)
    number.unit = unit  # type: ignore[attr-defined]
    return number


def _several(field: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=TITLED[field], required=False, widget=forms.CheckboxSelectMultiple)


class TermsForm(forms.Form):
    """Every term; what is left empty limits nothing."""

    training = forms.ChoiceField(label=_("What it may be used for"), choices=TRAINING, widget=forms.RadioSelect)
    rows = forms.ChoiceField(label=_("Who sees rows"), choices=ROWS, widget=forms.RadioSelect)
    organizations = _several("organizations")
    collaborations = _several("collaborations")
    purposes = _several("purposes")
    recipes = _several("recipes")
    until = forms.DateField(
        label=TITLED["until"], required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    max_jobs = _number("max_jobs", help_text=_("In all, over every renewal. Jobs that never began do not count."))
    min_organizations = _number("min_organizations", help_text=_("Yours included."))
    min_rows_per_class = _number("min_rows_per_class", least=0)
    max_epsilon = forms.FloatField(
        label=TITLED["max_epsilon"], required=False, min_value=0.01,
        help_text=_("Asks for differentially private training. No recipe offers it yet: until then no job may train."),
    )  # fmt: skip
    models_may_leave = forms.BooleanField(label=_("Models may be downloaded from the hub"), required=False)
    ask_each_job = forms.BooleanField(label=_("Each job waits for the owner's approval"), required=False)
    name_source = forms.BooleanField(label=_("Results name the owner as the source"), required=False)
    delete_after_days = _number("delete_after_days", help_text=_("For copies of data and models outside of the hub."))

    def __init__(
        self, *args: Any, terms: Terms, owner: Organization, among: QuerySet[Collaboration], **kwargs: Any
    ) -> None:
        """`among`: the collaborations that may be named, with their participants; the person sees all of them."""
        kwargs["initial"] = {**initial_of(terms), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        there = Q(collaborations__in=among) | Q(slug__in=terms.organizations)
        others = Organization.objects.filter(there).exclude(pk=owner.pk).order_by("name").distinct()
        self._choose("organizations", others.values_list("slug", "name"))
        self._choose("collaborations", among.order_by("name").values_list("slug", "name"))
        for field in ("purposes", "recipes"):
            self._choose(field, [(name, translated(title)) for name, title in titles_of(field).items()])

    def _choose(self, field: str, choices: Any) -> None:
        """What there is, and what the terms name already."""
        known = list(choices)
        named = [(name, name) for name in self.initial.get(field, ()) if name not in dict(known)]
        self.fields[field].choices = [*known, *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                self.terms = parse_terms(_raw(data))
            except TermsError as refusal:
                at = {"uses": "training"}.get(refusal.field or "", refusal.field)
                self.add_error(at if at in self.fields else None, str(refusal))
        return data


def initial_of(terms: Terms) -> dict[str, Any]:
    """The form's values for these terms."""
    training = next((use for use in (TRAIN_POOLED, TRAIN_FEDERATED, EVALUATE) if use in terms.uses), NOTHING)
    rows = next((use for use in (DOWNLOAD, VIEW_ROWS) if use in terms.uses), NOTHING)
    smallest = {"min_organizations": terms.min_organizations, "min_rows_per_class": terms.min_rows_per_class}
    lists = {field: list(getattr(terms, field)) for field in NAMES}
    return {"training": training, "rows": rows, **{name: getattr(terms, name) for name in PLAIN}, **smallest, **lists}


def _raw(data: Mapping[str, Any]) -> dict[str, Any]:
    until = data.get("until")
    return {
        **{name: data[name] for name in PLAIN if name != "until"},
        "until": until.isoformat() if until else None,
        "uses": [use for use in (data.get("training"), data.get("rows")) if use in USES],
        "min_organizations": data.get("min_organizations") or 1,
        "min_rows_per_class": data.get("min_rows_per_class") or 0,
        **{field: list(data.get(field) or ()) for field in NAMES},
    }


class PolicyForm(TermsForm):
    """The owner's offer to everybody."""

    note = forms.CharField(label=_("Why it changed"), max_length=300, required=False)


class RequestForm(TermsForm):
    """Which collaboration, in whose name, what for, on which terms."""

    organization = forms.ModelChoiceField(
        label=_("For"), queryset=Organization.objects.none(), to_field_name="slug", empty_label=None
    )
    collaboration = forms.ModelChoiceField(
        label=_("In the collaboration"), queryset=Collaboration.objects.none(), to_field_name="slug", empty_label=None
    )
    purpose = forms.CharField(
        label=_("What it is to be used for"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The owner decides by this; it stands in the agreement word for word."),
    )  # fmt: skip
    note = forms.CharField(label=_("A word to them"), max_length=1000, required=False)

    def __init__(self, *args: Any, asking: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, among=among, **kwargs)
        self.fields["organization"].queryset = asking  # type: ignore[attr-defined]
        self.fields["collaboration"].queryset = among  # type: ignore[attr-defined]


class CounterForm(TermsForm):
    """Other terms, with a word."""

    note = forms.CharField(
        label=_("A word to them"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """Yes to the terms that were read, or the end."""

    do = forms.ChoiceField(choices=[("accept", "accept"), ("end", "end")])
    read = forms.IntegerField(required=False)
    note = forms.CharField(max_length=1000, required=False)
