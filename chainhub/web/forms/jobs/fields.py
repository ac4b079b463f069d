"""The step of the fields: what is predicted from what, and which rows are held out."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.core.errors import InvalidInputError
from chainhub.datasets.models import Kind
from chainhub.jobs import catalogue
from chainhub.jobs.dividing import (
    BY_GROUP,
    BY_ORGANIZATION,
    BY_TIME,
    COUNTED,
    GROUP_FOLDS,
    GROUPED,
    K_FOLD,
    TIMED,
    WALK,
    check_split,
    group_fields,
    owners,
    time_fields,
)
from chainhub.jobs.fields import check_fields, common_fields, not_learnt
from chainhub.jobs.texts import LANGUAGE, MASKED, TEXT, learns_texts, task_of, usual_texts
from chainhub.web.forms.jobs.step import Step

MOST_BOXES = 300  # fields that can be ticked one by one

ALL, SOME = "all", "some"
HOLDOUT = "holdout"
FORECAST = "forecast"  # a task
KINDS = [
    (HOLDOUT, _("A share of each organization's rows")),
    (K_FOLD, _("Every row once (k-fold)")),
    (BY_TIME, _("What is later than all that it learns from")),
    (WALK, _("What comes next, again and again (walk-forward)")),
    (BY_GROUP, _("Whole groups that it learns nothing of")),
    (GROUP_FOLDS, _("Every group once (k-fold)")),
    (BY_ORGANIZATION, _("Every organization once: a model that never saw it is tried on it")),
]


class FieldsStep(Step):
    """Target, features, split and seed."""

    key, title = "fields", _("Fields")

    target = forms.ChoiceField(
        label=_("Target field"),
        help_text=_("What the model will predict."),
        error_messages={"required": _("Choose the field that the model should predict.")},
    )
    choice = forms.ChoiceField(
        label=_("Learn from"),
        choices=[(ALL, _("All common fields, except identifiers")), (SOME, _("Chosen fields"))],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    features = forms.MultipleChoiceField(label=_("Fields"), widget=forms.CheckboxSelectMultiple, required=False)
    kind = forms.ChoiceField(
        label=_("Hold out for the test"),
        choices=KINDS,
        initial=HOLDOUT,
        widget=forms.RadioSelect,
        help_text=_("Small data is judged better by k-fold; it trains one model per fold."),
    )
    time = forms.ChoiceField(
        label=_("Field of the time"),
        required=False,
        help_text=_("What happened after one moment is held out, the same moment for every organization."),
    )
    group = forms.ChoiceField(
        label=_("Field of the group"),
        required=False,
        help_text=_("Rows with the same value stay on one side: all of a molecule, a machine, a patient or a state."),
    )
    test_fraction = forms.IntegerField(label=_("Test share"), min_value=5, max_value=80, initial=20, required=False)
    folds = forms.IntegerField(label=_("Folds"), min_value=2, max_value=20, initial=5, required=False)
    validation_fraction = forms.IntegerField(
        label=_("Validation share"),
        min_value=0,
        max_value=50,
        initial=10,
        required=False,
        help_text=_("Of the rows that are left; needed for early stopping."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
        required=False,
        help_text=_("The same seed on the same data gives the same model."),
    )

    def prepare(self) -> None:
        versions, recipe = self.known.versions, self.known.need()[2]
        self.images = any(version.dataset.kind == Kind.IMAGES for version in versions)
        common = {} if self.images else common_fields(versions)
        known = [recipe.target] if recipe.target else self.without_ignored(common, "target") or ["label"]
        left_out = not_learnt(versions)
        self.task, self.reads = task_of(recipe, self.known.base), learns_texts(recipe)
        self.writes = self.task == LANGUAGE
        texts = [name for name in known if common.get(name) == TEXT and name not in left_out]
        options: dict[str, Any] = self.fields
        features = texts if self.reads else [name for name in known if name not in left_out]
        options["target"].choices = [("", _("Choose …")), *((name, name) for name in (texts if self.writes else known))]
        options["target"].initial = recipe.target or self._usual_target(texts if self.writes else known)
        if recipe.target:
            options["target"].widget = forms.HiddenInput()
        options["features"].choices = [(name, name) for name in features]
        options["features"].initial = usual_texts(versions, texts, task="") if self.reads else features
        if self.reads:
            options["choice"].choices = [(ALL, _("The field that holds the texts")), (SOME, _("Chosen fields"))]
        if self.writes:
            guesses = recipe.tasks == (MASKED,)
            told = _("The texts in which it guesses words."), _("The texts that the model learns to write.")
            options["target"].help_text = told[0] if guesses else told[1]
        if self.images or self.writes or recipe.target or len(known) > MOST_BOXES:
            del options["features"], options["choice"]
        else:
            options["features"].when_field, options["features"].when_value = "choice", SOME
        self._offer_kinds(options)

    def _offer_kinds(self, options: dict[str, Any]) -> None:
        """Ways to hold out rows; a forecast is judged by what comes later alone."""
        self._offer(options, "time", TIMED, time_fields)
        self._offer(options, "group", GROUPED, group_fields)
        if owners(self.known.versions) < 2:  # noqa: PLR2004 - to learn from, and to judge
            options["kind"].choices = [one for one in options["kind"].choices if one[0] != BY_ORGANIZATION]
        if self.task == FORECAST and "time" in options:
            options["kind"].choices = [one for one in options["kind"].choices if one[0] in TIMED]
            options["kind"].initial = BY_TIME
        options["test_fraction"].unit = options["validation_fraction"].unit = "%"
        shares = (HOLDOUT, BY_TIME, WALK, BY_GROUP)
        options["test_fraction"].when_field, options["test_fraction"].when_value = "kind", "|".join(shares)
        options["folds"].when_field, options["folds"].when_value = "kind", "|".join(COUNTED)

    def _offer(
        self, options: dict[str, Any], control: str, kinds: Sequence[str], fields: Callable[[Any], list[str]]
    ) -> None:
        """Only where the data says when its rows were or whose they are, and a row is not a text to be written."""
        names = [] if self.writes else self.without_ignored(fields(self.known.versions), control)
        if not names:
            options["kind"].choices = [one for one in options["kind"].choices if one[0] not in kinds]
            del options[control]
            return
        options[control].choices = [(name, name) for name in names]
        options[control].when_field, options[control].when_value = "kind", "|".join(kinds)

    def _usual_target(self, known: list[str]) -> str:
        named = (version.dataset.target for version in self.known.versions)
        if self.writes:
            return next(iter(usual_texts(self.known.versions, known, task="") or ()), "")
        return next((name for name in named if name in known), "label" if self.images else "")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        target = data.get("target", "")
        chosen = [name for name in data.get("features", ()) if name != target] if data.get("choice") == SOME else []
        if target and not self.errors:
            try:
                check_fields(self.known.need()[2], self.known.versions, target=target, fields=chosen, task=self.task)
                data["split"] = catalogue.checked_split(self._split(data))
                check_split(data["split"], self.known.versions)
            except InvalidInputError as refusal:
                self.refuse(refusal)
            if data.get("choice") == SOME and not chosen:
                self.add_error("features", _("Choose at least one field to learn from."))
        data["chosen"] = chosen
        return data

    def refuse(self, refusal: InvalidInputError) -> None:
        names = {
            "fields": "features",
            "split.test_fraction": "test_fraction",
            "split.kind": "kind",
            "split.time": "time",
            "split.group": "group",
            "split.folds": "folds",
        }
        name = names.get(refusal.field or "", refusal.field or "")
        self.add_error(name if name in self.fields else None, str(refusal))

    def settle(self) -> None:
        data = self.cleaned_data
        seed = data.get("seed") or 0
        self.known.asked |= {
            "target": data["target"], "fields": data["chosen"], "split": data["split"], "seed": seed,
        }  # fmt: skip

    def _split(self, data: dict[str, Any]) -> dict[str, Any]:
        shares = {
            name: data[name] / 100 for name in ("test_fraction", "validation_fraction") if data.get(name) is not None
        }
        control = "time" if data["kind"] in TIMED else "group" if data["kind"] in GROUPED else ""
        named = {control: data.get(control, "")} if control else {}
        return {"kind": data["kind"], **shares, **({"folds": data["folds"]} if data.get("folds") else {}), **named}
