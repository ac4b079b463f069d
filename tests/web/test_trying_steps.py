"""A browser counts a number field's steps from its least value, and sends no form whose number lies between two."""

from decimal import Decimal

import pytest
from django import forms

from chainhub.web.forms.models import PromptForm
from chainhub.web.forms.trying import NoisyPictureForm, OrderForm, SearchedPictureForm


def step_of(one: forms.IntegerField) -> str:
    """As the browser has it; “any” has no steps."""
    return str(one.widget.attrs.get("step", "any" if isinstance(one, forms.FloatField) else "1"))


@pytest.mark.parametrize("form", [SearchedPictureForm, OrderForm, PromptForm])
def test_what_a_form_begins_with_can_be_sent(form: type[forms.Form]) -> None:
    numbers = {name: one for name, one in form.base_fields.items() if isinstance(one, forms.IntegerField)}
    begun = {name: one for name, one in numbers.items() if one.initial is not None and step_of(one) != "any"}
    assert begun
    for name, one in begun.items():
        assert (Decimal(str(one.initial)) - Decimal(str(one.min_value or 0))) % Decimal(step_of(one)) == 0, name


def test_any_noise_can_be_sent_and_none() -> None:
    """It begins empty, and no step keeps a browser from sending what lies between whole levels."""
    noise = NoisyPictureForm.base_fields["noise"]
    assert isinstance(noise, forms.FloatField)
    assert (noise.initial, step_of(noise)) == (None, "any")
    assert 'step="any"' in noise.widget.render("noise", None)
    assert [noise.clean(said) for said in ("", "0", "12.5", "99.99")] == [None, 0.0, 12.5, 99.99]
    for said in ("-0.1", "100.1", "much"):
        with pytest.raises(forms.ValidationError):
            noise.clean(said)
