"""A job, or what a page proposes, as what a person would have filled in to launch it."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import SCIENTISTS
from chainhub.web.forms.jobs import STEPS
from chainhub.web.forms.jobs.fields import ALL, SOME
from chainhub.web.forms.jobs.parameters import PREFIX
from chainhub.web.forms.jobs.step import WISHED


def said_by(job: TrainingJob, *, user: Any, without: str = "") -> QueryDict:
    """Every step but the review, filled in; without the data of one dataset (its key) where one is given.

    Who may not launch for the organization of the job launches the clone for an organization of their own.
    """
    data = QueryDict(mutable=True)
    data.update({
        "collaboration": job.collaboration.slug, "recipe": job.recipe,
        "target": job.target, "choice": SOME if job.fields else ALL, "seed": str(job.seed), "device": job.device,
        "cloned_from": str(job.pk), "kind": job.split.get("kind", "holdout"),
        "base": str(job.base_id or ""), "sight": str(job.base_id or ""), "processes": str(job.processes),
    })  # fmt: skip
    if Organization.objects.where(user, *SCIENTISTS).filter(pk=job.organization_id).exists():
        data["organization"] = job.organization.slug
    data.setlist(
        "versions",
        [str(one.version_id) for one in job.inputs.select_related("version") if str(one.version.dataset_id) != without],
    )
    data.setlist("features", list(job.fields))
    data.update(_split(job.split))
    for name, value in job.limits.items():
        data[name] = str(value)
    for name, value in job.parameters.items():
        if (said := _said(value)) is not None:
            data[PREFIX + name] = said
    tokens = [step.key for step in STEPS if step.key not in {"parameters", "review"}]
    data.setlist("seen", [*tokens, f"parameters-{job.recipe}"])
    return data


def asking_for(recipe: str, parameters: Mapping[str, Any]) -> QueryDict:
    """A recipe and parameters to begin with; the person still looks at both, and says all else."""
    data = QueryDict(mutable=True)
    data[WISHED] = recipe
    for name, value in parameters.items():
        if (said := _said(value)) is not None:
            data[PREFIX + name] = said
    return data


def _split(split: Mapping[str, Any]) -> dict[str, str]:
    shares = {name: str(round(split[name] * 100)) for name in ("test_fraction", "validation_fraction") if name in split}
    return shares | {name: str(split[name]) for name in ("folds", "time", "group") if name in split}


def _said(value: Any) -> str | None:
    """What a control would send; a switch that is off sends nothing."""
    if value is None or value is False:
        return None
    if value is True:
        return "on"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
