"""The first two steps: for which collaboration, in whose name, and with which recipe."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import render
from chainhub.jobs import catalogue
from chainhub.jobs.ancestry import Going
from chainhub.jobs.texts import check_base
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import SCIENTISTS
from chainhub.registry.continuing import not_offered
from chainhub.scenarios.catalogue import scenario
from chainhub.web.forms.jobs.step import WISHED, Step


class GoalStep(Step):
    """Which collaboration, and in whose name."""

    key, title = "goal", _("Collaboration")

    collaboration = forms.ModelChoiceField(
        label=_("Collaboration"),
        queryset=Collaboration.objects.none(),
        to_field_name="slug",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a collaboration.")},
    )
    organization = forms.ModelChoiceField(
        label=_("In the name of"),
        queryset=Organization.objects.none(),
        to_field_name="slug",
        empty_label=None,
        required=False,
        help_text=_("The organization that launches the job; it must take part."),
    )

    def prepare(self) -> None:
        mine = Organization.objects.where(self.known.user, *SCIENTISTS)
        open_ones = Collaboration.objects.joined_by(mine).filter(closed_at=None)
        self.offered = list(open_ones.prefetch_related("participants__organization"))
        self.fields["collaboration"].queryset = open_ones  # type: ignore[attr-defined]
        self.mine = list(mine)
        self.fields["organization"].queryset = mine  # type: ignore[attr-defined]
        if len(self.mine) == 1:
            self.fields["organization"].widget = forms.HiddenInput()
        acting = self.known.acting
        if acting and acting.pk in {one.pk for one in self.mine}:
            self.fields["organization"].initial = acting.slug

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        collaboration = data.get("collaboration")
        if collaboration:
            data["organization"] = data.get("organization") or self._own(collaboration)
            partners = collaboration.participants.accepted().values_list("organization_id", flat=True)
            if data["organization"] is None or data["organization"].pk not in set(partners):
                self.add_error("organization", gettext("This organization does not take part in the collaboration."))
        return data

    def settle(self) -> None:
        self.known.collaboration = self.cleaned_data["collaboration"]
        self.known.organization = self.cleaned_data["organization"]

    def _own(self, collaboration: Collaboration) -> Organization | None:
        """The one acted for if it takes part, else the person's first that does."""
        partners = set(collaboration.participants.accepted().values_list("organization_id", flat=True))
        mine = [one for one in self.mine if one.pk in partners]
        acting = self.known.acting
        return next((one for one in mine if acting and one.pk == acting.pk), mine[0] if mine else None)


GONE = _("Your organization no longer has this base model; choose another.")


class BaseField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Base models with what they can do and where they come from."""

    def label_from_instance(self, obj: Any) -> str:
        """In one line of the list."""
        origin = gettext("made in this collaboration") if obj.collaboration_id else obj.licence
        return f"{obj.name} · {obj.get_task_display()} · {origin}"


class RecipeStep(Step):
    """What kind of model."""

    key, title = "recipe", _("Recipe")

    recipe = forms.ChoiceField(
        label=_("Recipe"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a recipe."), "invalid_choice": _("Choose a recipe.")},
    )

    base = BaseField(
        label=_("Base model"),
        queryset=BaseModel.objects.none(),
        empty_label=_("Choose …"),
        help_text=_(
            "What your organization has imported, or a model that this collaboration made; it goes on learning from "
            "the data of this job."
        ),
        error_messages={"required": _("Choose the base model that should learn."), "invalid_choice": GONE},
    )
    sight = BaseField(
        label=_("Base model"),
        queryset=BaseModel.objects.none(),
        empty_label=_("None: from scratch"),
        required=False,
        help_text=_("One that learnt to see from many other pictures needs far fewer of yours."),
        error_messages={"invalid_choice": GONE},
    )

    def prepare(self) -> None:
        there: Any = BaseModel.objects.none()
        if self.known.organization and self.known.collaboration:
            there = BaseModel.objects.usable_by(self.known.organization, self.known.collaboration)
        known = set(there.order_by().values_list("task", flat=True))
        self.older = self._older()
        self.bases = self._offer("base", there, known, [one for one in catalogue.recipes() if one.needs_base])
        begins = [one for one in catalogue.recipes() if one.bases and not one.needs_base]
        self.sights = self._offer("sight", there, known, begins)
        field: Any = self.fields["base"]
        field.help_text = f"{field.help_text} {self.older}".strip()
        field.required = not field.disabled
        self.offered = [
            {
                "name": one.name,
                "title": gettext(one.title),
                "summary": gettext(one.summary),
                "lacks_base": one.needs_base and not known & set(one.bases),
            }
            for one in catalogue.recipes()
        ]
        usable = [one for one in self.offered if not one["lacks_base"]]
        self.fields["recipe"].choices = [(one["name"], one["title"]) for one in usable]  # type: ignore[attr-defined]
        purpose = scenario(self.known.collaboration.scenario) if self.known.collaboration else None
        self.suggested = purpose.recipe if purpose else ""
        known = {one["name"] for one in usable}
        wanted = (self.known.proposed.get(WISHED), self.suggested, usable[0]["name"])
        self.fields["recipe"].initial = next(name for name in wanted if name in known)

    def _offer(self, name: str, there: Any, known: set[str], recipes: Sequence[catalogue.Recipe]) -> bool:
        """What fits those recipes, shown with them; whether there is any."""
        field: Any = self.fields[name]
        tasks = {task for one in recipes for task in one.bases}
        field.queryset = there.filter(task__in=tasks)
        field.when_field, names = "recipe", [one.name for one in recipes]
        field.when_value = "|".join(names)
        # What was chosen for another recipe is neither shown nor looked at.
        field.disabled = self.is_bound and self.data.get("recipe") not in names
        return bool(tasks & known)

    def _older(self) -> str:
        """Why some of the collaboration's models are not in the list, if there are such."""
        if not self.known.collaboration or not (names := not_offered(self.known.collaboration, reader=self.known.user)):
            return ""
        return gettext(
            "Not in the list, because published before the hub could go on from its own models: %(models)s; a clone of "
            "the job makes a version that is."
        ) % {"models": ", ".join(names)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # Should the step be shown again, the recipe can be changed in it.
        self.fields["base"].disabled = self.fields["sight"].disabled = False
        self.fields["base"].required = True
        organization = self.known.organization
        if organization and (name := data.get("recipe")) and not {"base", "sight"} & set(self.errors):
            recipe = catalogue.find_recipe(name)
            chosen = "base" if recipe.needs_base else "sight"
            data["base"] = data.get(chosen) if recipe.bases else None
            try:
                check_base(recipe, data["base"], organization, self.known.need_collaboration())
            except InvalidInputError as refusal:
                self.add_error(chosen, str(refusal))
            going = Going(data["base"], organization, self.known.need_collaboration(), recipe.name)
            if why := going.why_not():
                self.add_error(chosen, render(why))
        return data

    def settle(self) -> None:
        self.known.recipe = catalogue.find_recipe(self.cleaned_data["recipe"])
        self.known.base = self.cleaned_data["base"]
