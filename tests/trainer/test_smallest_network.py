"""The 1-2-1 network of the page "How a network learns": its numbers are torch's, and a table job trains the same."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name

from chainhub.scenarios.network import WEIGHTS, Question, computed, losses, stepped
from tests.trainer.conftest import MakeSpec, launch

CURVES = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def by_autograd(asked: Question) -> tuple[dict[str, float], float, float, dict[str, float]]:
    """What it says, its loss, every gradient and the weights after one step of plain gradient descent."""
    w = {name: torch.tensor(asked.weights[name], dtype=torch.float64, requires_grad=True) for name in WEIGHTS}
    x, target = torch.tensor(asked.x, dtype=torch.float64), torch.tensor(asked.target, dtype=torch.float64)
    curve = CURVES[asked.activation]
    hidden = [curve(w["w1"] * x + w["b1"]), curve(w["w2"] * x + w["b2"])]
    said = torch.sigmoid(w["v1"] * hidden[0] + w["v2"] * hidden[1] + w["c"])
    loss = F.mse_loss(said, target) if asked.loss == "mse" else F.binary_cross_entropy(said, target)
    optimizer = torch.optim.SGD(list(w.values()), lr=asked.rate)
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = {name: float(value.grad) for name, value in w.items() if value.grad is not None}
    optimizer.step()
    return gradients, said.item(), loss.item(), {name: value.item() for name, value in w.items()}


@pytest.mark.parametrize(
    ("activation", "loss", "target"), list(itertools.product(CURVES, ("cross-entropy", "mse"), (0.0, 1.0)))
)
def test_numbers_of_the_page_are_those_of_autograd(activation: str, loss: str, target: float) -> None:
    random = np.random.default_rng(7)
    for _ in range(20):
        weights = dict(zip(WEIGHTS, random.normal(0, 1.5, 7).tolist(), strict=True))
        asked = Question(float(random.normal(0, 2)), target, 0.3, activation, loss, weights)
        told = computed(asked)
        gradients, said, measured, after = by_autograd(asked)
        assert told.said == pytest.approx(said, abs=1e-6)
        assert told.loss == pytest.approx(measured, abs=1e-6)
        assert dict(told.gradients) == pytest.approx(gradients, abs=1e-6)
        assert dict(told.after) == pytest.approx(after, abs=1e-6)


def test_steps_make_the_loss_small() -> None:
    asked = Question()
    foreseen = losses(asked, 10)
    assert foreseen == sorted(foreseen, reverse=True)
    assert computed(stepped(asked, 10)).loss == pytest.approx(foreseen[-1])


def test_extreme_numbers_have_a_finite_loss() -> None:
    weights = dict.fromkeys(WEIGHTS, 1000.0)
    for loss in ("cross-entropy", "mse"):
        told = computed(Question(20.0, 0.0, 20.0, "relu", loss, weights))
        assert all(np.isfinite(value) for value in (told.loss, *told.gradients.values(), *told.after.values()))


def test_a_table_job_trains_just_this_network(job: MakeSpec) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=300)
    rows = pa.table({"x": x, "y": np.where(np.abs(x) > 1, "yes", "no")})
    parameters = {
        "hidden_layers": [2], "activation": "relu", "loss": "cross-entropy", "optimizer": "sgd", "momentum": 0.0,
        "learning_rate": 0.5, "epochs": 40,
    }  # fmt: skip
    spec = job(parameters, target="y", fields=["x"], tables={"anvil": rows})
    code, events = launch(spec)
    assert code == 0, events[-1]
    config = json.loads(Path(spec.output, "config.json").read_text())
    assert [layer["call"] for layer in config["layers"]] == ["linear", "relu", "linear"]
    history = json.loads(Path(spec.output, "evaluation.json").read_text())["history"]
    together = [one["train_loss"] for one in history if one["series"] == "together"]
    assert together[-1] < together[0]
