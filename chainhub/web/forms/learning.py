"""What a person may change on the page "How a network learns"."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chainhub.scenarios.network import WEIGHTS, Question

LARGEST, FASTEST = 20.0, 10.0  # the latter as the recipes have it
PLACES = 6  # of a weight in the form
TITLES = {
    "w1": _("Weight into the first neuron, w₁"),
    "b1": _("Bias of the first neuron, b₁"),
    "w2": _("Weight into the second neuron, w₂"),
    "b2": _("Bias of the second neuron, b₂"),
    "v1": _("Weight out of the first neuron, v₁"),
    "v2": _("Weight out of the second neuron, v₂"),
    "c": _("Bias of the output, c"),
}


def _number(label: Any, least: float, most: float, step: str) -> forms.FloatField:
    return forms.FloatField(
        label=label, min_value=least, max_value=most, widget=forms.NumberInput(attrs={"step": step, "min": least})
    )


class NetworkForm(forms.Form):
    """A row, the way it is learnt, and seven weights."""

    x = _number(_("Input x"), -LARGEST, LARGEST, "any")
    target = forms.TypedChoiceField(
        label=pgettext_lazy("network", "Target t"), coerce=float, choices=[(1, "1"), (0, "0")]
    )
    rate = _number(_("Learning rate η"), 0.0, FASTEST, "any")
    activation = forms.ChoiceField(
        label=_("Hidden activation"),
        choices=[("relu", "ReLU"), ("tanh", "tanh"), ("sigmoid", "sigmoid")],
    )
    loss = forms.ChoiceField(
        label=pgettext_lazy("network", "Loss"),
        choices=[("cross-entropy", _("Cross-entropy")), ("mse", _("Squared error (MSE)"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in WEIGHTS:
            self.fields[name] = _number(TITLES[name], -1000.0, 1000.0, "any")

    @staticmethod
    def values_of(question: Question) -> dict[str, Any]:
        """A question as the form holds it."""
        weights = {name: round(value, PLACES) for name, value in question.weights.items()}
        target = int(question.target)
        told = {"x": question.x, "target": target, "rate": question.rate, "activation": question.activation}
        return {**told, "loss": question.loss, **weights}

    @property
    def question(self) -> Question:
        """What was asked; only of a form that is valid."""
        given = self.cleaned_data
        return Question(
            x=given["x"],
            target=given["target"],
            rate=given["rate"],
            activation=given["activation"],
            loss=given["loss"],
            weights={name: given[name] for name in WEIGHTS},
        )

    def weights(self) -> list[forms.BoundField]:
        """Their fields."""
        return [self[name] for name in WEIGHTS]
