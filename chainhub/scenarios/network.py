"""The smallest network that learns: one input, two hidden neurons, one output; forward, backward and one step.

Plain arithmetic, so that every number of the page "How a network learns" can be followed; a test holds them against
torch's autograd. Backpropagation as Rumelhart, Hinton and Williams, Nature 323, 1986.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST = 60.0  # beyond it, exp has nothing to add
WEIGHTS = ("w1", "b1", "w2", "b2", "v1", "v2", "c")
TINY = 1e-12  # a likelihood of zero has no logarithm


def sigmoid(at: float) -> float:
    """Between 0 and 1."""
    return 1 / (1 + math.exp(-max(-MOST, min(MOST, at))))


def _relu(at: float) -> float:
    return max(0.0, at)


@dataclass(frozen=True)
class Activation:
    """A curve and its slope."""

    name: str
    value: Callable[[float], float]
    slope: Callable[[float], float]


ACTIVATIONS: Mapping[str, Activation] = {
    "relu": Activation("ReLU", _relu, lambda at: 1.0 if at > 0 else 0.0),
    "tanh": Activation("tanh", math.tanh, lambda at: 1 - math.tanh(at) ** 2),
    "sigmoid": Activation("sigmoid", sigmoid, lambda at: sigmoid(at) * (1 - sigmoid(at))),
}
LOSSES = ("cross-entropy", "mse")


def loss_of(kind: str, said: float, target: float) -> float:
    """Of one answer: cross-entropy in nats, or the square of the error."""
    if kind == "mse":
        return (said - target) ** 2
    return -target * math.log(max(said, TINY)) - (1 - target) * math.log(max(1 - said, TINY))


def slope_of(kind: str, said: float, target: float) -> float:
    """How fast the loss grows with the answer."""
    if kind == "mse":
        return 2 * (said - target)
    return (1 - target) / max(1 - said, TINY) - target / max(said, TINY)


@dataclass(frozen=True)
class Question:
    """What is computed: a row with its target, and how the network is made and taught."""

    x: float = 1.0
    target: float = 1.0
    rate: float = 0.5
    activation: str = "relu"
    loss: str = "cross-entropy"
    weights: Mapping[str, float] = field(
        default_factory=lambda: {"w1": 0.5, "b1": 0.1, "w2": -0.4, "b2": 0.6, "v1": 0.8, "v2": -0.7, "c": 0.0}
    )


@dataclass(frozen=True)
class Pass:
    """All numbers of one way forward and back."""

    z: tuple[float, float]  # what reaches each hidden neuron
    a: tuple[float, float]  # what it says
    out: float  # what reaches the output
    said: float
    loss: float
    loss_slope: float  # dL/dsaid
    said_slope: float  # dsaid/dout
    delta: float  # dL/dout
    hidden_slopes: tuple[float, float]
    hidden_deltas: tuple[float, float]  # dL/dz
    gradients: Mapping[str, float]
    after: Mapping[str, float]  # weights after one step


def computed(question: Question) -> Pass:
    """Forward, backward by the chain rule, and the new weights."""
    w, curve = question.weights, ACTIVATIONS[question.activation]
    z = (w["w1"] * question.x + w["b1"], w["w2"] * question.x + w["b2"])
    a = (curve.value(z[0]), curve.value(z[1]))
    out = w["v1"] * a[0] + w["v2"] * a[1] + w["c"]
    said = sigmoid(out)
    loss_slope, said_slope = slope_of(question.loss, said, question.target), said * (1 - said)
    delta = loss_slope * said_slope
    slopes = (curve.slope(z[0]), curve.slope(z[1]))
    deltas = (delta * w["v1"] * slopes[0], delta * w["v2"] * slopes[1])
    gradients = {
        "w1": deltas[0] * question.x, "b1": deltas[0], "w2": deltas[1] * question.x, "b2": deltas[1],
        "v1": delta * a[0], "v2": delta * a[1], "c": delta,
    }  # fmt: skip
    return Pass(
        z=z, a=a, out=out, said=said, loss=loss_of(question.loss, said, question.target), loss_slope=loss_slope,
        said_slope=said_slope, delta=delta, hidden_slopes=slopes, hidden_deltas=deltas, gradients=gradients,
        after={name: w[name] - question.rate * gradients[name] for name in WEIGHTS},
    )  # fmt: skip


def parameters_of(question: Question) -> dict[str, Any]:
    """Those of a `tabular` job of one field that learns in the same way, as far as the recipe goes along.

    Its classes are taught with cross-entropy alone; with the squared error it predicts a number, which nothing bends.
    """
    task = "classification" if question.loss == "cross-entropy" else "regression"
    rate = {"learning_rate": question.rate} if question.rate > 0 else {}
    return {
        "task": task,
        "hidden_layers": [2],
        "activation": question.activation,
        "loss": question.loss,
        "optimizer": "sgd",
        "momentum": 0.0,
        **rate,
    }


def stepped(question: Question, steps: int = 1) -> Question:
    """The same question to the network that learnt so many times."""
    for _ in range(steps):
        question = replace(question, weights=computed(question).after)
    return question


def losses(question: Question, steps: int) -> list[float]:
    """What the loss is now, and after each of so many steps."""
    found = []
    for _ in range(steps + 1):
        now = computed(question)
        found.append(now.loss)
        question = replace(question, weights=now.after)
    return found
