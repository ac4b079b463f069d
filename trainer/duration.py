"""How long a job will train, told before it is launched: a range, from the work of its steps and a machine's speed.

A step's time is that of its multiplications, of moving the numbers that pass and the weights, and of what every step
takes whatever its size. Shares were measured on one thread of the processors at hand (`docs/decisions/0042`); caches,
neighbours and the length of texts are not known beforehand, so the range spans a factor of six.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from trainer.catalogue import Recipe
from trainer.recipes.parameters import TrainingParameters
from trainer.sizes import Data, Size

SPEED = {"cpu": 8e9, "gpu": 2e12}  # multiplications a second, where no machine has said its own: slow ones of today
REACHED = 0.5  # share of a machine's speed that layers reach
MOVED = 50  # multiplications in the time in which one number passes, all its ways counted
WEIGHED = 32  # and in which one weight is moved by its optimizer
STEP = {"cpu": 1.5e-4, "gpu": 5e-4}  # seconds of a step of nothing
AROUND = (0.5, 5.0)  # seconds before and after training, at least and at most
BYTES = 2e8  # that are read and prepared in a second
SPREAD = 2.5  # the truth may be so many times less, or more


def seconds_of(
    recipe: Recipe, parameters: TrainingParameters, data: Data, *, steps: int, device: str = "cpu", speed: float = 0.0
) -> tuple[float, float] | None:
    """At least and at most, of that many steps of all models; None where the recipe cannot tell its size.

    `speed` is that of the machine, in multiplications a second of one thread; 0 where nobody knows.
    """
    name = f"{recipe.package}.size"
    size: Size | None = import_module(name).size_of(parameters, data) if find_spec(name) else None
    if size is None:
        return None
    rows = min(parameters.batch_size, max(1, data.rows))
    row = (1 + size.back) * size.multiplications + MOVED * size.activations
    work = row * rows + WEIGHED * size.parameters
    step = STEP[device] + work / (REACHED * (speed or SPEED[device]))
    training, reading = steps * step, size.prepared / BYTES
    return training / SPREAD + AROUND[0], training * SPREAD + reading + AROUND[1]
