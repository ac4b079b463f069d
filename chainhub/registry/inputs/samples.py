"""Inputs to try with one click: only what the terms of the data let every recipient see."""

from typing import Any

from chainhub.registry.inputs.common import Row
from chainhub.registry.models import ModelVersion

MOST = 5
# Pictures are not kept a second time in what prepares rows: small ones stand in the evaluation, viewable by all.
SHOWN = {"boxes": ("detections", "picture"), "restore": ("restored", "noisy")}


def samples_of(version: ModelVersion) -> list[Row]:
    """At most five rows, as the model takes them."""
    kind = str(version.preprocessing.get("kind") or "")
    found: Any = version.preprocessing.get("samples") or _shown(version, kind)
    return [dict(one) for one in found if isinstance(one, dict)][:MOST]


def _shown(version: ModelVersion, kind: str) -> list[Row]:
    if kind == "prompt":
        written = (version.evaluation.get("written") or {}).get("examples") or ()
        if asked := [{"text": one["asked"]} for one in written if one.get("asked")]:
            return asked[:: max(1, len(asked) // MOST)]  # neighbours are much alike
    if kind not in SHOWN:
        return [_row(one) for one in version.evaluation.get("samples") or ()]
    part, name = SHOWN[kind]
    return [{"image": one[name]} for one in version.evaluation.get(part) or () if one.get(name)]


def _row(one: Row) -> Row:
    return {"image": one["picture"]} if one.get("picture") else dict(one.get("values") or {})
