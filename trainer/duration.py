"""How long a job will train, told before it is launched: a range, from the work of its steps and a machine's speed.

A step's time is that of its multiplications, of moving the numbers that pass and the weights, and of what every step
takes whatever its size. Shares were measured on one thread of the processors at hand (`docs/decisions/0042`); caches,
neighbours and the length of texts are not known beforehand, so the range spans a factor of six.

Several processes share the rows of every step, add up their gradients and each move all weights. How much more threads
bring is found out by the job itself on its machine: at least nothing, at most their number, and nothing to small steps.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from trainer.catalogue import Recipe
from trainer.recipes.parameters import TrainingParameters
from trainer.sizes import FLOAT, Data, Size

SPEED = {"cpu": 8e9, "gpu": 2e12}  # multiplications a second, where no machine has said its own: slow ones of today
REACHED = 0.5  # share of a machine's speed that layers reach
SMALL = 20e6  # multiplications of a step below which it has one thread, as `devices` chooses
MOVED = 50  # multiplications in the time in which one number passes, all its ways counted
WEIGHED = 32  # and in which one weight is moved by its optimizer
STEP = {"cpu": 1.5e-4, "gpu": 5e-4}  # seconds of a step of nothing
AROUND = (0.5, 5.0)  # seconds before and after training, at least and at most
BYTES = 2e8  # that are read and prepared in a second
EXCHANGED = 5e8  # bytes of gradients that two processes of one machine add up in a second
MET = 3e-4  # seconds of an exchange of nothing
STARTED = 4.0  # seconds that several processes take at most to start and to find each other
SPREAD = 2.5  # the truth may be so many times less, or more


def seconds_of(
    recipe: Recipe, parameters: TrainingParameters, data: Data, *, steps: int, device: str = "cpu", speed: float = 0.0,
    processes: int = 1, threads: int = 1,
) -> tuple[float, float] | None:  # fmt: skip
    """At least and at most, of that many steps of all models; None where the recipe cannot tell its size.

    `speed` is that of the machine, in multiplications a second of one thread; 0 where nobody knows. `threads` are those
    that each process may use.
    """
    name = f"{recipe.package}.size"
    size: Size | None = import_module(name).size_of(parameters, data) if find_spec(name) else None
    if size is None:
        return None
    rows = -(-min(parameters.batch_size, max(1, data.rows)) // processes)  # of the process that has most
    row = (1 + size.back) * size.multiplications + MOVED * size.activations
    work = row * rows + WEIGHED * size.parameters
    threads = threads if device == "cpu" and work >= SMALL else 1
    alone = work / (REACHED * (speed or SPEED[device]))
    other = STEP[device] + _exchange(size.parameters, processes)
    reading, started = size.prepared / BYTES, STARTED if processes > 1 else 0.0
    low, high = steps * (other + alone / threads) / SPREAD, steps * (other + alone) * SPREAD
    return low + AROUND[0], high + reading + AROUND[1] + started


def _exchange(weights: int, processes: int) -> float:
    """Seconds in which so many processes add up their gradients: round a ring, in which each passes on twice."""
    if processes == 1:
        return 0.0
    return MET * processes + FLOAT * weights * 2 * (processes - 1) / processes / EXCHANGED
