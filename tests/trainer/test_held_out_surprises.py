"""What only held-out rows have: classes that training never saw, numbers that no float32 holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch, table
from tests.trainer.test_hostile import evaluation, failed, replaced
from trainer.data.target import Target
from trainer.objectives import ByClass


def test_balanced_classes_and_a_class_that_stands_in_validation_alone(job: MakeSpec) -> None:
    """Small organizations have single rows of a class; all of them may be validation rows."""
    few = replaced(table(12, 2), "worn", ["yes", "no"] * 5 + ["rare", "odd"])
    spec = job({"class_weighting": True, "epochs": 1}, tables={"anvil": table(60, 1), "borealis": few})
    code, events = launch(spec)
    assert code == 0, events[-1]
    points = [point for point in evaluation(spec)["history"] if point["series"] == "alone"]
    assert points
    assert all(math.isfinite(point["validation_loss"]) for point in points)


def test_rows_of_known_classes_alone_are_weighed() -> None:
    target = Target("classification", ["a", "b", "c"], np.array([0, 0, 0, 1, 2]))
    balanced = ByClass(target, np.arange(4), weighted=True, device=torch.device("cpu"))
    told = torch.tensor([[2.0, 0.0, 0.0]] * 5)
    fit, unseen = (-torch.log_softmax(told[0], 0)[place].item() for place in (0, 2))
    assert balanced.loss_of(told[[0, 4]], torch.tensor([0, 4])) == np.float32(fit)
    assert balanced.loss_of(told[[4]], torch.tensor([4])) == np.float32(unseen)


@pytest.mark.parametrize("target", ["worn", "life"])
def test_a_value_beyond_all_bounds_in_any_row_ends_in_a_sentence(job: MakeSpec, target: str) -> None:
    """Training meets it, or validation, or it stands in a row that is only judged."""
    content, told = table(80, 1), set()
    for row in range(0, 80, 7):
        loads = content["load"].to_pylist()
        loads[row] = 1e300
        spec = job({"epochs": 1, "scaling": "none"}, tables={"anvil": replaced(content, "load", loads)}, target=target)
        code, events = launch(spec)
        assert code == 1
        failed(events, "numeric", "")
        told.add(events[-1].text)  # type: ignore[union-attr]
    assert told == {
        "The loss became infinite or undefined in epoch %(epoch)s.",
        "The answers to %(count)s held-out rows are no finite numbers.",
    }
