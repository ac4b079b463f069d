"""The ten lines of Python with which a stranger runs a published model, with torch and safetensors alone.

The published files are made for this: every layer in `config.json` names a function of torch with its weights and
options, every field in `preprocessing.json` says what stands in for a missing value and how it is scaled or looked up.
"""

from __future__ import annotations

from typing import Any

SHOWN_FIELDS = 20  # of a wide table; the others may be left out, as any field may

LOAD = """\
import json, torch, torch.nn.functional as F
from safetensors.torch import load_file
weights, config = load_file("model.safetensors"), json.load(open("config.json"))
"""
TABLE = """\
row = %(row)r
def encode(f, v):
    if f["kind"] == "category": return weights[f["weights"]][f["missing"] if v is None else f["values"].get(v, 0)]
    return torch.tensor([((f["fill"] if v is None else v) - f["center"]) / f["scale"], v is None])[:1 + f["indicator"]]
x = torch.cat([encode(f, row.get(f["name"])) for f in json.load(open("preprocessing.json"))["fields"]])[None]
"""
PICTURE = """\
pixels = [%(most)s if %(left)s < i %% %(side)s < %(right)s else 0 for i in range(%(count)s)]  # your picture here
x = torch.tensor([pixels]) / json.load(open("preprocessing.json"))["divide"]
"""
RUN = """\
for c in config["layers"]: x = (vars(torch) | vars(F))[c["call"]](x, *map(weights.get, c["weights"]), **c["options"])
"""
LABELS = """\
print(dict(zip(config["labels"], x.softmax(1)[0].tolist())))
"""
VALUE = """\
print(x.item())
"""


def example(preprocessing: dict[str, Any]) -> dict[str, Any]:
    """An input that shows the form without being anybody's: typical values, or a stroke."""
    if preprocessing["kind"] == "image":
        channels, side, _ = preprocessing["shape"]
        bright, left, right = _stroke(preprocessing)
        return {"pixels": [bright if left < i % side < right else 0 for i in range(channels * side * side)]}
    fields = preprocessing["fields"][:SHOWN_FIELDS]
    return {field["name"]: _example(field) for field in fields}


def _example(field: dict[str, Any]) -> Any:
    """A value from the middle; none of a field whose values are masked."""
    if field.get("masked"):
        return None
    return field["typical"] if field["kind"] == "category" else field["fill"]


def snippet(config: dict[str, Any], preprocessing: dict[str, Any]) -> str:
    """At most ten lines that load the files in the current folder and predict one example."""
    answer = LABELS if config["task"] == "classification" else VALUE
    if preprocessing["kind"] == "table":
        return LOAD + TABLE % {"row": example(preprocessing)} + RUN + answer
    channels, side, _ = preprocessing["shape"]
    most, left, right = _stroke(preprocessing)
    stroke = {"most": most, "left": left, "right": right, "side": side, "count": channels * side * side}
    return LOAD + PICTURE % stroke + RUN + answer


def _stroke(preprocessing: dict[str, Any]) -> tuple[int, int, int]:
    """Brightness, and the columns between which a vertical stroke stands."""
    side = preprocessing["shape"][1]
    return int(preprocessing["divide"]), side * 5 // 12, side * 7 // 12
