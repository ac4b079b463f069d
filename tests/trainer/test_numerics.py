"""What was written by hand for speed computes what torch computes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.servant import ROOT, environment
from trainer.chain import Chain
from trainer.data.target import Target
from trainer.layers import dense
from trainer.network import Network, views_of
from trainer.objectives import objective_of
from trainer.optim import Optimizer, learning_rate
from trainer.recipes.tabular.schema import Parameters
from trainer.seeding import torch_generator

CPU = torch.device("cpu")


def network_of(activation: str = "relu", outputs: int = 3, hidden: list[int] | None = None) -> Network:
    calls, shapes = dense(5, [7, 4] if hidden is None else hidden, outputs, activation, 0.0)
    network = Network(calls, shapes)
    network.initialise(torch_generator(1, "weights"))
    return network


def compared(network: Network, target: Target, **parameters: Any) -> None:
    rows = np.arange(len(target.values))
    objective = objective_of(target, rows, Parameters(**parameters), CPU)
    inputs = torch.randn(len(rows), 5, generator=torch_generator(2, "inputs"))
    targets = objective.wanted(torch.arange(len(rows)), (inputs, None))
    chain = Chain.of(network, objective)
    assert chain is not None
    loss, by_hand = chain.descend(inputs, targets), network.gradient.clone()
    network.gradient.zero_()
    expected = objective.loss(network((inputs, None)), targets)
    expected.backward()
    assert float(loss) == pytest.approx(float(expected.detach()), rel=1e-6)
    torch.testing.assert_close(by_hand, network.gradient, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_of_classes_are_autograds(activation: str, weighted: bool) -> None:
    target = Target("classification", ["a", "b", "c"], np.array([0, 1, 2, 1, 1, 0, 1, 1]))
    compared(network_of(activation), target, class_weighting=weighted)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_gradients_of_numbers_are_autograds(loss: str) -> None:
    target = Target("regression", [], np.array([1.0, 5.0, -2.0, 8.0, 0.5, 30.0]))
    compared(network_of(outputs=1), target, loss=loss)


def test_gradients_of_a_linear_model_are_autograds() -> None:
    compared(network_of(hidden=[]), Target("classification", ["a", "b", "c"], np.array([0, 1, 2, 1])))


def test_dropout_scales_what_it_keeps() -> None:
    calls, shapes = dense(5, [1000], 2, "relu", 0.5)
    network = Network(calls, shapes)
    network.initialise(torch_generator(1, "weights"))
    torch.manual_seed(1)
    target = Target("classification", ["a", "b"], np.array([0, 1]))
    objective = objective_of(target, np.arange(2), Parameters(), CPU)
    chain = Chain.of(network, objective)
    assert chain is not None
    chain.descend(torch.ones(2, 5), torch.tensor([0, 1]))
    masked = views_of(network.gradient, network.shapes)["layers.0.bias"] == 0
    assert 0.3 < float(masked.float().mean()) < 0.95


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("momentum", [0.9, 0.0])
def test_optimizers_step_as_torchs_own(name: str, momentum: float) -> None:
    p = Parameters(optimizer=name, weight_decay=0.05, learning_rate=0.01, momentum=momentum)
    ours, gradient = torch.linspace(-1, 1, 50), torch.zeros(50)
    theirs = torch.nn.Parameter(ours.clone())
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    more = {"momentum": momentum} if name == "sgd" else {}
    peer = kinds[name]([theirs], lr=0.01, weight_decay=0.05, fused=True, **more)
    optimizer = Optimizer([ours], [gradient], p)
    for step in range(5):
        gradient.copy_(torch.sin(torch.arange(50.0) * (step + 1)))
        theirs.grad = gradient.clone()
        optimizer.step()
        peer.step()
        assert torch.equal(ours, theirs.detach())


def test_schedules_begin_and_end_where_they_say() -> None:
    def rates(schedule: str) -> list[float]:
        p = Parameters(schedule=schedule, learning_rate=1.0, warm_up=0.1)
        return [learning_rate(p, step, 100) for step in range(100)]

    assert set(rates("constant")) == {1.0}
    assert rates("cosine")[0] == 1.0
    assert rates("cosine")[-1] < 0.01
    assert rates("step")[33:35] == pytest.approx([1.0, 0.1])
    assert rates("warm-up")[0] == pytest.approx(0.1)
    assert set(rates("warm-up")[9:]) == {1.0}


def test_training_needs_no_compiler() -> None:
    """torch._dynamo would cost a cold start a second and a half."""
    code = "import sys; from trainer import preload; preload.preload(); sys.exit('torch._dynamo' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), timeout=60, check=False).returncode
        == 0
    )
