"""The sign-up form: e-mail and password are allauth's, the name is ours."""

from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.accounts.models import User


class SignupForm(BaseSignupForm):  # type: ignore[misc]  # allauth ships no types
    """Who signs up."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    field_order = ("name", "email", "password1")

    def save(self, request: Any) -> User:
        user: User = super().save(request)
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        return user
