"""How long a job will take, from the work that its model and data make and the speed of the machines that serve it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from chainhub.jobs.catalogue import seconds_of
from chainhub.nodes.models import ComputeNode

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Span:
    """Seconds, at least and at most; `measured` says whether a machine told its speed."""

    low: float
    high: float
    measured: bool

    def __str__(self) -> str:
        """As people say what they do not know exactly: one digit, rounded outwards."""
        unit = next((size for size in (DAY, HOUR, MINUTE) if self.high >= 2 * size), 1)
        low, high = _down(self.low / unit), _up(self.high / unit)
        return _said(unit, low, high)


def span_of(
    recipe: str, parameters: Mapping[str, Any], data: dict[str, Any], *, steps: int, device: str, processes: int = 1
) -> Span | None:
    """None where the recipe cannot tell how large its model is."""
    speed, threads = _machine(device)
    found = seconds_of(
        recipe, parameters, data, steps=steps, device=device, speed=speed, processes=processes, threads=threads
    )
    return Span(*found, measured=speed > 0) if found else None


def _machine(device: str) -> tuple[float, int]:
    """Of those present that serve the device: a usual one's speed, and the most threads of a slot, as `pool` has them.

    Speed 0 where none has told, as none does of its GPUs; 1 thread where there is none.
    """
    if device != "cpu":
        return 0.0, 1
    present = list(ComputeNode.objects.serving(device).values_list("load", "cores", "capacity"))
    known = [float(load["speed"]) for load, _cores, _capacity in present if load.get("speed")]
    threads = [cores // max(1, int(capacity.get(device) or 1)) for _load, cores, capacity in present]
    return median(known) if known else 0.0, max([1, *threads])


def _down(value: float) -> int:
    return int(value // _digit(value)) * _digit(value)


def _up(value: float) -> int:
    return math.ceil(value / _digit(value)) * _digit(value)


def _digit(value: float) -> int:
    """What its first digit counts: 1, 10, 100."""
    return int(10 ** math.floor(math.log10(max(1.0, value))))


def _said(unit: int, low: int, high: int) -> str:
    params = {"low": low, "high": high}
    if unit == DAY:
        return _("about %(low)s–%(high)s days") % params if low else _("up to %(high)s days") % params
    if unit == HOUR:
        return _("about %(low)s–%(high)s hours") % params if low else _("up to %(high)s hours") % params
    if unit == MINUTE:
        return _("about %(low)s–%(high)s minutes") % params if low else _("up to %(high)s minutes") % params
    return _("about %(low)s–%(high)s seconds") % params if low else _("up to %(high)s seconds") % params
