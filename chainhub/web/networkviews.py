"""The 1-2-1 network as it is drawn: neurons, lines, and the chain rule with its numbers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chainhub.scenarios.network import ACTIVATIONS, LOSSES, WEIGHTS, Pass, Question, loss_of, losses
from chainhub.web.formats import number

Data = dict[str, Any]
SUBSCRIPTS = {"w1": "w₁", "b1": "b₁", "w2": "w₂", "b2": "b₂", "v1": "v₁", "v2": "v₂", "c": "c"}
AHEAD, CURVE = 50, 81  # steps foreseen; points of a curve
LEFT, MIDDLE, RIGHT, HIGH, LOW = 44, 200, 356, 66, 214  # places in a drawing of 400 × 280


@dataclass(frozen=True)
class Neuron:
    """A circle with a name in it and a number below."""

    x: int
    y: int
    name: str
    value: str
    css: str = ""


@dataclass(frozen=True)
class Line:
    """From one neuron to the next, with what it carries; `strong` from 1 to 4 by its size."""

    x1: int
    y1: int
    x2: int
    y2: int
    text: str
    label: tuple[int, int]
    strong: int


def forward(question: Question, told: Pass) -> Data:
    """What each neuron says, and the weight of each line."""
    w = question.weights
    neurons = _neurons(
        (number(question.x), number(told.a[0]), number(told.a[1]), number(told.said)), ("x", "a₁", "a₂", "y")
    )
    biases = [f"b₁ {number(w['b1'])}", f"b₂ {number(w['b2'])}", f"c {number(w['c'])}"]
    return {"neurons": neurons, "lines": _lines({name: w[name] for name in WEIGHTS}), "notes": _notes(biases)}


def backward(told: Pass) -> Data:
    """How fast the loss grows with what reaches each neuron, and with each weight."""
    slopes = (number(told.hidden_deltas[0]), number(told.hidden_deltas[1]), number(told.delta))
    neurons = _neurons(("", *slopes), ("x", "δ₁", "δ₂", "δ"))
    g = told.gradients
    biases = [f"∂b₁ {number(g['b1'])}", f"∂b₂ {number(g['b2'])}", f"∂c {number(g['c'])}"]
    return {"neurons": neurons, "lines": _lines(g, "∂"), "notes": _notes(biases)}


def _neurons(values: tuple[str, str, str, str], names: tuple[str, str, str, str]) -> list[Neuron]:
    places = ((LEFT, 140), (MIDDLE, HIGH), (MIDDLE, LOW), (RIGHT, 140))
    return [Neuron(x, y, name, value) for (x, y), name, value in zip(places, names, values, strict=True)]


def _lines(values: Any, mark: str = "") -> list[Line]:
    ends = {
        "w1": (LEFT, 140, MIDDLE, HIGH, (112, 88)), "w2": (LEFT, 140, MIDDLE, LOW, (112, 200)),
        "v1": (MIDDLE, HIGH, RIGHT, 140, (272, 82)), "v2": (MIDDLE, LOW, RIGHT, 140, (276, 208)),
    }  # fmt: skip
    return [
        Line(x1, y1, x2, y2, f"{mark}{SUBSCRIPTS[name]} {number(values[name])}", label, _strength(values[name]))
        for name, (x1, y1, x2, y2, label) in ends.items()
    ]


def _strength(value: float) -> int:
    return 1 + sum(abs(value) >= limit for limit in (0.1, 0.5, 1.0))


def _notes(biases: list[str]) -> list[tuple[int, int, str]]:
    places = ((MIDDLE, HIGH - 36), (MIDDLE, LOW + 52), (RIGHT - 4, 102))
    return [(x, y, text) for (x, y), text in zip(places, biases, strict=True)]


def chain(question: Question, told: Pass) -> list[tuple[str, str, str, str]]:
    """(what, formula, with its numbers, value), forward and then back."""
    w, n, i, curve = question.weights, number, _in, ACTIVATIONS[question.activation].name
    entropy = question.loss == "cross-entropy"
    rows = []
    for at, sub in ((0, "₁"), (1, "₂")):
        weight, bias = w[f"w{at + 1}"], w[f"b{at + 1}"]
        rows.append((f"z{sub}", f"w{sub}·x + b{sub}", f"{i(weight)} · {i(question.x)} + {i(bias)}", n(told.z[at])))
        rows.append((f"a{sub}", f"{curve}(z{sub})", f"{curve}({n(told.z[at])})", n(told.a[at])))
    rows += [
        (
            "z",
            "v₁·a₁ + v₂·a₂ + c",
            f"{i(w['v1'])} · {i(told.a[0])} + {i(w['v2'])} · {i(told.a[1])} + {i(w['c'])}",
            n(told.out),
        ),
        ("y", "sigmoid(z)", f"1 / (1 + exp(−{_in(told.out)}))", n(told.said)),
        (
            "L",
            "−t·ln y − (1−t)·ln(1−y)" if entropy else "(y − t)²",
            f"t = {n(question.target)}, y = {n(told.said)}",
            n(told.loss),
        ),
        (
            "∂L/∂y",
            "(1−t)/(1−y) − t/y" if entropy else "2·(y − t)",
            f"t = {n(question.target)}, y = {n(told.said)}",
            n(told.loss_slope),
        ),
        ("δ = ∂L/∂z", "∂L/∂y · y·(1−y)", f"{i(told.loss_slope)} · {i(told.said_slope)}", n(told.delta)),
    ]
    for at, sub in ((0, "₁"), (1, "₂")):
        numbers = f"{i(told.delta)} · {i(w[f'v{at + 1}'])} · {i(told.hidden_slopes[at])}"
        rows.append((f"δ{sub} = ∂L/∂z{sub}", f"δ · v{sub} · {curve}′(z{sub})", numbers, n(told.hidden_deltas[at])))
    return rows


def _in(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def new_weights(question: Question, told: Pass) -> list[Data]:
    """Each weight, its gradient by the chain rule, and what one step makes of it."""
    formulas = {"w1": "δ₁·x", "b1": "δ₁", "w2": "δ₂·x", "b2": "δ₂", "v1": "δ·a₁", "v2": "δ·a₂", "c": "δ"}
    return [
        {
            "name": SUBSCRIPTS[name],
            "formula": formulas[name],
            "now": question.weights[name],
            "gradient": told.gradients[name],
            "after": told.after[name],
        }
        for name in WEIGHTS
    ]


def activation_charts() -> list[tuple[str, Data]]:
    """Each activation with its slope, from -4 to 4."""
    places = [-4 + 8 * step / (CURVE - 1) for step in range(CURVE)]
    return [
        (
            one.name,
            {
                "x": {"label": "z"},
                "series": [
                    {"name": _("Value"), "points": [[at, one.value(at)] for at in places]},
                    {"name": _("Slope"), "series": "alone", "points": [[at, one.slope(at)] for at in places]},
                ],
            },
        )
        for one in ACTIVATIONS.values()
    ]


def loss_chart(target: float) -> Data:
    """Both losses by what the network says."""
    titles = {"cross-entropy": _("Cross-entropy"), "mse": _("Squared error (MSE)")}
    places = [0.02 + 0.96 * step / (CURVE - 1) for step in range(CURVE)]
    return {
        "x": {"label": "y"},
        "y": {"label": pgettext("network", "Loss")},
        "series": [
            {"name": titles[kind], "points": [[at, loss_of(kind, at, target)] for at in places]}
            | ({} if kind == "cross-entropy" else {"series": "alone"})
            for kind in LOSSES
        ],
    }


def ahead_chart(question: Question) -> Data:
    """The loss now and after each of the next steps."""
    points = [[step, loss] for step, loss in enumerate(losses(question, AHEAD))]
    return {
        "x": {"label": _("Steps from now"), "format": "integer"},
        "y": {"label": pgettext("network", "Loss"), "from_zero": True},
        "series": [{"name": pgettext("network", "Loss"), "points": points}],
    }
