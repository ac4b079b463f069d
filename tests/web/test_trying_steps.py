"""A browser counts a number field's steps from its least value, and sends no form whose number lies between two."""

from decimal import Decimal

import pytest
from django import forms

from chainhub.web.forms.models import PromptForm
from chainhub.web.forms.trying import NoisyPictureForm, OrderForm, SearchedPictureForm


@pytest.mark.parametrize("form", [SearchedPictureForm, NoisyPictureForm, OrderForm, PromptForm])
def test_what_a_form_begins_with_can_be_sent(form: type[forms.Form]) -> None:
    numbers = {name: one for name, one in form.base_fields.items() if isinstance(one, forms.IntegerField)}
    assert numbers
    for name, one in numbers.items():
        step = one.widget.attrs.get("step", "1" if not isinstance(one, forms.FloatField) else "any")
        if step != "any" and one.initial is not None:
            assert (Decimal(str(one.initial)) - Decimal(str(one.min_value or 0))) % Decimal(step) == 0, name
