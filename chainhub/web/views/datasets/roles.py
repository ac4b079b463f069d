"""The form of target and identifiers, from what inspection found."""

from typing import Any

from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.web.forms.datasets import RolesForm

MOST_OFFERED = 400  # pixels aside; a longer list helps nobody


def roles_form(dataset: Dataset, data: Any = None, version: DatasetVersion | None = None) -> RolesForm:
    """Bound to `data` where there is some."""
    version = version or dataset.latest_version
    report = version.inspection if version else {}
    names = [field["name"] for field in report.get("fields", []) if field["kind"] not in {"pixel", "image"}]
    chosen = [dataset.target, *dataset.identifiers]
    offered = names[:MOST_OFFERED] + [name for name in names[MOST_OFFERED:] if name in chosen]
    candidates = [name for name in report.get("targets", []) if name in offered]
    initial = {"target": dataset.target, "identifiers": dataset.identifiers}
    return RolesForm(data, fields=offered, candidates=candidates, initial=initial)
