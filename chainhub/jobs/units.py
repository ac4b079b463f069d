"""In which unit a job's target is told: a number that is foreseen is told in it too."""

from chainhub.datasets.inspection.units import unit_of
from chainhub.jobs.models import TrainingJob

NUMBERS = frozenset({"regression", "forecast"})  # tasks


def unit_of_target(job: TrainingJob, *, task: str) -> str:
    """As the data's owners say it now; empty for what is no number, and where they differ. As public as its name."""
    if task not in NUMBERS:
        return ""
    said = job.inputs.values_list("version__dataset__field_settings", flat=True)
    found = {(one.get(job.target) or {}).get("unit") or unit_of(job.target) for one in said}
    return found.pop() if len(found) == 1 else ""


def labelled(label: str, unit: str) -> str:
    """A name with the unit of its numbers, unless it tells it already."""
    return f"{label} ({unit})" if unit and unit_of(label) != unit else label
