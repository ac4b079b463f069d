"""Forms of the dataset pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.collaborations.models import Collaboration
from chainhub.datasets.catalogue import Sort
from chainhub.datasets.models import Dataset, Visibility
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Upload

SCOPES = [("", _("All that I see")), ("mine", _("Of my organizations")), ("partners", _("Of partners"))]
SORTS = [("", _("Best match, then newest")), *((one.value, one.label) for one in Sort if one != Sort.RELEVANCE)]


class DatasetFilter(forms.Form):
    """Whose datasets the list shows, and in which order; words and facets are read by `datasets.catalogue`."""

    scope = forms.ChoiceField(label=_("Whose"), choices=SCOPES, required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # no label is seen beside a filter
            field.widget.attrs["aria-label"] = field.label


class FileForm(forms.Form):
    """A file that has arrived by tus and was not used yet."""

    upload = forms.ModelMultipleChoiceField(
        queryset=Upload.objects.none(),
        widget=forms.MultipleHiddenInput,
        error_messages={
            name: _("Choose the file again.") for name in ("invalid_choice", "invalid_pk_value", "invalid_list")
        }
        | {"required": _("Choose a file first.")},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].queryset = Upload.objects.visible_to(user).filter(used_at=None)  # type: ignore[attr-defined]

    @property
    def arrived(self) -> list[Upload]:
        """The files that a refused form keeps."""
        return list(self.cleaned_data.get("upload") or ()) if self.is_bound and hasattr(self, "cleaned_data") else []


class VersionForm(FileForm):
    """The next version."""

    note = forms.CharField(
        label=_("What changed"), max_length=300, required=False, help_text=_("Shown beside the version.")
    )


class CardForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """What the dataset says about itself."""

    source_url = forms.URLField(label=_("Source address"), required=False, assume_scheme="https")

    class Meta:
        model = Dataset
        fields = ("name", "summary", "licence", "source", "source_url", "card")
        widgets = {"card": forms.Textarea(attrs={"rows": 12, "class": "textarea is-code"})}
        help_texts = {
            "summary": _("One sentence: what does a row stand for, and where does it come from?"),
            "licence": _("Such as CC BY 4.0, or “internal”."),
            "source": _("Who collected it, and when."),
        }


class DatasetForm(CardForm):
    """A new dataset: a file, a name, and the rest when there is time."""

    upload = FileForm.base_fields["upload"]
    organization = forms.ModelChoiceField(label=_("Owner"), queryset=Organization.objects.none())
    visibility = forms.ChoiceField(
        label=_("Who sees the card and the fields"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        initial=Visibility.PRIVATE,
        help_text=_("Rows and files stay with your organization whatever you choose."),
    )

    field_order = ("upload", "name", "summary", "organization", "visibility")

    def __init__(self, *args: Any, user: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].queryset = Upload.objects.visible_to(user).filter(used_at=None)  # type: ignore[attr-defined]
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]
        self.fields["card"].widget.attrs["rows"] = 8

    @property
    def arrived(self) -> list[Upload]:
        """The files that a refused form keeps."""
        return list(self.cleaned_data.get("upload") or ()) if self.is_bound and hasattr(self, "cleaned_data") else []


class RolesForm(forms.Form):
    """Which field is to be predicted, and which only name the rows."""

    target = forms.ChoiceField(label=_("Target field"), required=False)
    identifiers = forms.MultipleChoiceField(
        label=_("Identifiers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They name rows and teach a model nothing; training leaves them out."),
    )

    def __init__(self, *args: Any, fields: list[str], candidates: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [name for name in fields if name not in candidates]
        groups: list[Any] = [("", _("None yet"))]
        if candidates:
            groups.append((_("Likely"), [(name, name) for name in candidates]))
        groups.append((_("Others"), [(name, name) for name in others]))
        self.fields["target"].choices = groups  # type: ignore[attr-defined]
        self.fields["identifiers"].choices = [(name, name) for name in fields]  # type: ignore[attr-defined]


class VisibilityForm(forms.Form):
    """Who finds the dataset."""

    visibility = forms.ChoiceField(
        label=_("Who sees the card and the fields"), choices=Visibility.choices, widget=forms.RadioSelect
    )


class GrantForm(forms.Form):
    """Which collaboration may train on it, and whether the owner is asked each time."""

    collaboration = forms.ModelChoiceField(queryset=Collaboration.objects.none(), to_field_name="slug")
    needs_approval = forms.BooleanField(label=_("Ask me before each job"), required=False)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        joined = Collaboration.objects.joined_by([organization]).filter(closed_at=None)
        self.fields["collaboration"].queryset = joined  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    """Why a dataset is taken out of use."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, help_text=_("Partners can read it."))
