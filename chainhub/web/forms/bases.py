"""What people are asked when they import a base model, and when they try one."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from chainhub.bases.models import BaseModel
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import MANAGERS
from chainhub.registry import serving
from chainhub.registry.bases import LEAST_COMPARED, MOST
from chainhub.registry.prompts import LONGEST_PROMPT
from chainhub.scenarios.bases import CARRIED
from chainhub.web.forms.models import LARGEST_PICTURE, WholeField

TOO_FEW = gettext_lazy("Choose at least two pictures.")


def _carried() -> Iterator[tuple[str, str]]:
    """What each does, in the reader's language."""
    for slug, one in CARRIED.items():
        yield slug, f"{one.origin.name} · {one.task.label} · {one.origin.licence}"


class ImportForm(forms.Form):
    """Which base model, and for which organization of the person's."""

    base = forms.ChoiceField(label=gettext_lazy("Base model"), choices=lambda: list(_carried()))
    organization = forms.ChoiceField(label=gettext_lazy("Organization"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = {one.slug: one for one in Organization.objects.where(user, *MANAGERS).distinct()}
        field: Any = self.fields["organization"]
        field.choices = [(slug, one.name) for slug, one in self.mine.items()]

    @property
    def there(self) -> BaseModel | None:
        """What was asked for, where that organization has it."""
        asked, organization = CARRIED[self.cleaned_data["base"]], self.mine[self.cleaned_data["organization"]]
        return organization.base_models.filter(slug=asked.origin.slug).first()


class TextsForm(forms.Form):
    """Texts that a base model compares."""

    texts = WholeField(
        label=gettext_lazy("Texts"),
        max_length=MOST * LONGEST_PROMPT,
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "placeholder": gettext_lazy("The parcel has not arrived.\nMy delivery is late.\nHow do I pay?"),
            }
        ),
        help_text=gettext_lazy("One text a line, two to twenty of them."),
        error_messages={"required": gettext_lazy("Write at least two texts, each on a line of its own.")},
    )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """As the base model takes them; empty lines are none."""
        return [{"text": line.strip()} for line in self.cleaned_data["texts"].splitlines() if line.strip()]


class FilesField(forms.FileField):
    """Several files at once."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each by itself."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given]


class FilesInput(forms.ClearableFileInput):
    """In which several can be chosen."""

    allow_multiple_selected = True


class PicturesForm(forms.Form):
    """Pictures that a base model compares."""

    pictures = FilesField(
        label=gettext_lazy("Picture files"),
        widget=FilesInput(attrs={"accept": "image/*"}),
        help_text=gettext_lazy(
            "Two to twenty at once: PNG, JPEG or another common kind, at most 5 MB each and 20 MB together."
        ),
        error_messages={"required": TOO_FEW},
    )

    def clean_pictures(self) -> Sequence[Any]:
        """As many as can be compared, and none larger than what may pass to the worker."""
        pictures: list[Any] = self.cleaned_data["pictures"]
        if len(pictures) < LEAST_COMPARED:
            raise forms.ValidationError(TOO_FEW)
        if len(pictures) > MOST or any(one.size > LARGEST_PICTURE for one in pictures):
            raise forms.ValidationError(gettext_lazy("At most twenty pictures of at most 5 MB each."))
        if sum(one.size for one in pictures) > serving.LARGEST:
            raise forms.ValidationError(
                gettext_lazy("At most 20 MB of pictures at once: choose fewer or smaller ones.")
            )
        return pictures

    @property
    def rows(self) -> list[dict[str, Any]]:
        """As the base model takes them."""
        return [{"image": base64.b64encode(one.read()).decode()} for one in self.cleaned_data["pictures"]]
