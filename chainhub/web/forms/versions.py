"""Forms about one version."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DeprecateForm(forms.Form):
    """Why a version is advised against."""

    reason = forms.CharField(
        label=_("Why not to use it"),
        max_length=300,
        help_text=_("Everyone who would choose it for a job reads this."),
        error_messages={"required": _("Say why, for those who would use it.")},
    )
