"""What every recipe gets from the engine: parts of batches, clipping, averages, short memory, shortened gradients."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from tests.trainer.conftest import MakeSpec, StopAfter, launch, pictures
from trainer.contract import Artifact, Finished, Log, Metric
from trainer.data.feed import Ahead, Resident, spilled
from trainer.data.lines import Collecting
from trainer.data.target import Target
from trainer.distributed import ALONE, Ranks
from trainer.layers import dense
from trainer.learner import Learner
from trainer.network import Network
from trainer.objectives import Compares, objective_of
from trainer.optim import Optimizer, clip, learning_rate, norm_of
from trainer.precision import Precision
from trainer.recipes.image_generation.making import ByJudge, Drawing
from trainer.recipes.retrieval_qa.nearness import ByNearness
from trainer.recipes.tabular.schema import Parameters

CPU = torch.device("cpu")


def learner_of(target: Target | None = None, feed: Any = None, ranks: Ranks = ALONE, **parameters: Any) -> Learner:
    random = np.random.default_rng(3)
    target = target or Target("classification", ["a", "b", "c"], random.integers(0, 3, 96))
    p = Parameters(**({"batch_size": 32, "epochs": 2} | parameters))
    calls, shapes = dense(5, [7, 4], target.outputs, "relu", 0.0)
    inputs = torch.from_numpy(random.normal(size=(len(target.values), 5)).astype(np.float32))
    rows = np.arange(len(target.values))
    return Learner(
        Network(calls, shapes), objective_of(target, rows, p, CPU), feed or Resident((inputs, None)),
        torch.from_numpy(rows), p, epochs=p.epochs, seed=1, ranks=ranks,
    )  # fmt: skip


def trained(learner: Learner) -> Learner:
    while not learner.finished:
        while learner.step < learner.steps_per_epoch:
            learner.learn()
        learner.end_epoch()
    learner.settle()
    return learner


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("parts", [2, 5, 32])
def test_a_batch_in_parts_learns_what_it_learns_whole(parts: int, weighted: bool) -> None:
    whole = trained(learner_of(class_weighting=weighted)).network.flat
    pieces = trained(learner_of(class_weighting=weighted, accumulation=parts)).network.flat
    torch.testing.assert_close(pieces, whole, rtol=1e-4, atol=1e-6)


def test_short_memory_halves_the_parts_until_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Log] = []
    learner = learner_of()
    descent = learner.descend
    descent._chain, descent._tell, compute = None, told.append, descent._compute

    def small(inputs: Any, *, training: bool = False) -> torch.Tensor:
        if len(inputs[0]) > 8:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return compute(inputs, training=training)

    descent._compute = small
    trained(learner)
    assert [log.params["rows"] for log in told] == [16, 8]
    torch.testing.assert_close(learner.network.flat, trained(learner_of()).network.flat, rtol=1e-4, atol=1e-6)


def test_what_is_compared_within_a_part_is_not_said_to_learn_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever has a search or a drawer learn with little memory reads that its parts change what it learns."""
    told: list[Log] = []
    held = Collecting(None, writes=False)
    held.add([[1], [2]])
    search = ByNearness(np.array([0, 1]), held.whole(), 1.0, torch.device("cpu"))
    for objective in (search, learner_of().objective):
        descent = learner_of().descend
        descent._chain, descent._tell, descent._objective = None, told.append, objective
        monkeypatch.setattr(descent, "_by_autograd", fails_beyond(1))
        descent(torch.arange(2))
    assert ["differs" in log.text for log in told] == [True, False]
    assert ["same result" in log.text for log in told] == [False, True]
    assert isinstance(
        ByJudge(Drawing((1, 16, 16), 0, cast("Any", None)), None, np.arange(2), cast("Any", None), 1), Compares
    )


def fails_beyond(most: int) -> Any:
    def computed(rows: torch.Tensor, batch: int | None, **_: Any) -> tuple[torch.Tensor, float]:
        if len(rows) > most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return torch.zeros(()), 0.5

    return computed


def test_a_mistake_is_not_taken_for_short_memory() -> None:
    learner = learner_of()
    learner.descend._chain = None

    def broken(*_: Any, **__: Any) -> torch.Tensor:
        raise RuntimeError("shapes differ")

    learner.descend._compute = broken
    with pytest.raises(RuntimeError, match="shapes differ"):
        learner.learn()


def test_rows_from_files_teach_the_same_bits_as_rows_in_memory(tmp_path: Path) -> None:
    resident = learner_of()
    numbers = np.memmap(tmp_path / "numbers", np.float32, "w+", shape=(96, 5))
    numbers[:] = resident.feed.inputs[0].numpy()  # type: ignore[attr-defined]
    from_files = trained(learner_of(feed=spilled(numbers, None, CPU)))
    assert torch.equal(from_files.network.flat, trained(resident).network.flat)


class Watched(Resident):
    """Remembers which thread read which rows."""

    def __init__(self) -> None:
        super().__init__((torch.zeros(96, 5), None))
        self.reads: list[tuple[bool, list[int]]] = []

    def take(self, rows: torch.Tensor) -> Any:
        self.reads.append((threading.current_thread() is threading.main_thread(), rows.tolist()))
        return super().take(rows)


class Unheard(Ranks):
    """One of several, whose others say nothing."""

    def add_up(self, *tensors: torch.Tensor) -> None:
        pass


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("ranks", [Ranks(), Unheard(0, 3), Unheard(2, 3)])
def test_what_is_read_ahead_is_what_a_process_takes(ranks: Ranks, parts: int) -> None:
    feed = Watched()
    learner = learner_of(feed=Ahead(feed, CPU), ranks=ranks, accumulation=parts)
    own = [ranks.mine(learner.batch(step)).tolist() for step in range(learner.steps_per_epoch)]
    for _ in own:
        learner.learn()
    at_once = [rows for waited, rows in feed.reads if waited]
    assert at_once == [own[0][: learner.descend.part]], "only the first rows of an epoch are waited for"
    assert sorted(row for _, rows in feed.reads for row in rows) == sorted(row for rows in own for row in rows)


def test_long_gradients_are_shortened_and_short_ones_kept() -> None:
    pieces = [torch.tensor([3.0, 0.0]), torch.tensor([4.0])]
    assert float(norm_of(pieces)) == 5.0
    clip(pieces, 1.0)
    assert float(norm_of(pieces)) == pytest.approx(1.0, rel=1e-4)
    clip(pieces, 10.0)
    assert float(norm_of(pieces)) == pytest.approx(1.0, rel=1e-4)


def test_clipping_is_torchs_own() -> None:
    weight = torch.nn.Parameter(torch.zeros(50))
    weight.grad = torch.linspace(-3, 3, 50)
    ours = weight.grad.clone()
    torch.nn.utils.clip_grad_norm_([weight], 2.0)
    clip([ours], 2.0)
    torch.testing.assert_close(ours, weight.grad)


def test_lion_steps_as_its_paper_says() -> None:
    p = Parameters(optimizer="lion", weight_decay=0.1, learning_rate=0.01)
    weights, gradient = torch.linspace(-1, 1, 20), torch.zeros(20)
    expected, average = weights.clone(), torch.zeros(20)
    optimizer = Optimizer([weights], [gradient], p)
    for step in range(4):
        gradient.copy_(torch.sin(torch.arange(20.0) * (step + 1)))
        optimizer.step()
        update = torch.sign(0.9 * average + 0.1 * gradient)
        expected = expected - 0.01 * (update + 0.1 * expected)
        average = 0.99 * average + 0.01 * gradient
        torch.testing.assert_close(weights, expected)


def test_what_does_not_decay_stays_where_no_gradient_pulls() -> None:
    p = Parameters(optimizer="adamw", weight_decay=0.5, learning_rate=0.1)
    matrix, bias = torch.ones(3), torch.ones(2)
    Optimizer([matrix, bias], [torch.zeros(3), torch.zeros(2)], p, [True, False]).step()
    assert torch.equal(bias, torch.ones(2))
    assert float(matrix[0]) == pytest.approx(0.95)


def test_averaged_weights_are_the_model() -> None:
    learner = learner_of(average=0.2)
    expected = learner.network.flat.clone()
    while learner.step < learner.steps_per_epoch:
        kept = min(0.2, (1 + learner.step) / (10 + learner.step))  # less at first
        learner.learn()
        expected = kept * expected + (1 - kept) * learner.network.flat
    assert learner.step > 2
    own = learner.network.flat.clone()
    with learner.averaged():
        torch.testing.assert_close(learner.network.flat, expected)
    assert torch.equal(learner.network.flat, own)
    learner.settle()
    torch.testing.assert_close(learner.network.flat, expected)


def test_a_long_average_of_a_short_training_is_not_its_beginning() -> None:
    learner = learner_of(average=0.999)
    begin = learner.network.flat.clone()
    while learner.step < learner.steps_per_epoch:
        learner.learn()
    assert learner.average is not None
    moved, whole = (float((weights - begin).norm()) for weights in (learner.average[0], learner.network.flat))
    assert moved > whole / 3


def test_one_cycle_rises_and_falls() -> None:
    p = Parameters(schedule="one-cycle", learning_rate=1.0)
    rates = [learning_rate(p, step, 1000) for step in range(1000)]
    assert rates[0] == pytest.approx(1 / 25)
    assert max(rates) == pytest.approx(1.0)
    assert rates.index(max(rates)) == 300
    assert rates[-1] < 1e-3


def test_warm_up_then_cosine() -> None:
    p = Parameters(schedule="warm-up-cosine", learning_rate=1.0, warm_up=0.1)
    rates = [learning_rate(p, step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == pytest.approx(1.0)
    assert rates[-1] < 0.01
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_overflow_leaves_a_step_out_and_halves_the_scale() -> None:
    precision = Precision(CPU, torch.float16)
    assert not precision.settled([torch.tensor([float("inf")])])
    assert precision.scale == 2.0**15
    gradient = torch.tensor([2.0**15])
    assert precision.settled([gradient])
    assert float(gradient) == 1.0


@pytest.fixture
def strict_afterwards() -> Iterator[None]:
    yield
    torch.use_deterministic_algorithms(False)


SETTINGS: list[dict[str, Any]] = [
    {"optimizer": "lion", "learning_rate": 1e-3, "weight_decay": 0.01},
    {"gradient_clip": 0.5, "schedule": "one-cycle"},
    {"average": 0.95, "schedule": "warm-up-cosine"},
    {"accumulation": 4},
    {"deterministic": True},
]


@pytest.mark.parametrize("network", ["mlp", "cnn"])
@pytest.mark.parametrize("parameters", SETTINGS, ids="-".join)
@pytest.mark.usefixtures("strict_afterwards")
def test_every_setting_trains_and_resumes_exactly(job: MakeSpec, parameters: dict[str, Any], network: str) -> None:
    changes: dict[str, Any] = {
        "recipe": "image-classification", "target": "shape", "fields": None, "tables": {"anvil": pictures(60, 1)},
        "split": {"validation_fraction": 0.1},
    }  # fmt: skip
    asked = parameters | {"network": network, "channels": [2], "epochs": 4}
    code, events = launch(job(asked, **changes))
    assert code == 0, events[-1]
    finished = next(event for event in events if isinstance(event, Finished))
    assert finished.value is not None
    losses = [e.value for e in events if isinstance(e, Metric) and e.name == "loss" and e.split == "train"]
    assert losses[-1] < losses[0]  # type: ignore[operator]
    spec = job(asked, **changes)
    launch(spec, StopAfter(5))
    code, resumed = launch(job(asked, resume_from=str(Path(spec.output, "checkpoint.safetensors")), **changes))
    assert code == 0
    assert {e.path: e.sha256 for e in events if isinstance(e, Artifact)} == {
        e.path: e.sha256 for e in resumed if isinstance(e, Artifact)
    }
