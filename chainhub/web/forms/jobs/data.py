"""The step of the datasets: those that may be used to be ticked, the others with the reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.core.sentences import render
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.candidates import Candidate, candidates
from chainhub.web.forms.jobs.step import Step


class DataStep(Step):
    """`versions` holds the primary key of one version for each chosen dataset."""

    key, title = "data", _("Datasets")

    versions = forms.MultipleChoiceField(
        label=_("Datasets"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one dataset."),
            "invalid_choice": _("One of the chosen datasets may not be used any more."),
        },
    )

    def prepare(self) -> None:
        collaboration, organization, recipe = self.known.need()
        self.candidates = candidates(self.known.user, collaboration, recipe, organization=organization)
        self.usable = {version.pk: one for one in self.candidates if one.why_not is None for version in one.versions}
        self.fields["versions"].choices = [(str(pk), str(one.dataset)) for pk, one in self.usable.items()]  # type: ignore[attr-defined]
        fitting = [one for one in self.candidates if one.why_not is None and one.doubt is None]
        self.fields["versions"].initial = [str(one.usual.pk) for one in fitting]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each dataset as the page shows it."""
        chosen = {str(value) for value in self["versions"].value() or ()}
        return [self._row(one, chosen) for one in self.candidates]

    def _row(self, one: Candidate, chosen: set[str]) -> dict[str, Any]:
        picked = next((version for version in one.versions if str(version.pk) in chosen), None)
        return {
            "dataset": one.dataset,
            "versions": one.versions,
            "version": picked or (one.usual if one.versions else None),
            "checked": picked is not None,
            "why_not": render(one.why_not),
            "doubt": render(one.doubt),
            "jobs_left": one.jobs_left,
            "is_mine": one.dataset.organization_id == self.known.organization.pk,  # type: ignore[union-attr]
            "needs_approval": one.needs_approval and one.dataset.organization_id != self.known.organization.pk,  # type: ignore[union-attr]
        }

    def clean_versions(self) -> list[DatasetVersion]:
        keys = [int(key) for key in self.cleaned_data["versions"]]
        found = DatasetVersion.objects.visible_to(self.known.user).filter(pk__in=keys)
        versions = list(found.select_related("dataset__organization", "commit").distinct())
        if len({version.dataset_id for version in versions}) < len(versions):
            raise forms.ValidationError(_("Choose one version of each dataset."))
        return sorted(versions, key=lambda version: keys.index(version.pk))

    def settle(self) -> None:
        self.known.versions = self.cleaned_data["versions"]
