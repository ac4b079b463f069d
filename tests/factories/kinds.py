"""Published models of every kind of input: what their files say, in the shapes of the trainer's own recipes."""

import base64
import io
import json
from typing import Any

from PIL import Image

from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from tests.factories.models import evaluation, files, publish, score

SCORES = {"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)}
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(width: int = 32, height: int = 24) -> str:
    """A PNG in base64: a white block on grey."""
    image = Image.new("RGB", (width, height), (90, 90, 90))
    image.paste((255, 255, 255), (width // 4, height // 4, width // 2, height // 2))
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


PICTURE = picture()
BOXES = [
    {"label": "car <1>", "score": 0.91, "box": [0.1, 0.2, 0.3, 0.4]},
    {"label": "van", "score": 0.4, "box": [0.5, 0.5, 0.25, 0.25]},
]
FORECAST = {"forecast": [4.0, 5.0], "naive": [3.0, 4.0], "low": [3.0, 3.5], "high": [5.0, 6.5]}
SOURCES = [{"title": "Fever <high>", "text": "A temperature above 38 °C.", "source": "HPO", "score": 0.83}]
IMAGE_FIELD = [{"name": "image", "kind": "image"}]

# kind: recipe, task, main metric, preprocessing, parts of the evaluation, what is asked, what is answered
Kind = dict[str, Any]
KINDS: dict[str, Kind] = {
    "boxes": {
        "recipe": "object-detection",
        "task": "detection",
        "metric": "map_50",
        "preprocessing": {"kind": "boxes", "fields": IMAGE_FIELD, "side": 64, "stride": 4},
        "found": {
            "pr": [{"label": "van", "average_precision": 0.6, "points": [[0.1, 1], [0.5, 0.7]]}],
            "detections": [{"organization": "anvil", "picture": PICTURE, "boxes": BOXES, "truth": BOXES[1:]}],
        },
        "row": {"image": PICTURE, "threshold": 0.2},
        "answer": {"boxes": BOXES},
    },
    "restore": {
        "recipe": "image-denoising",
        "task": "restoration",
        "metric": "psnr",
        "preprocessing": {"kind": "restore", "fields": IMAGE_FIELD, "channels": 1},
        "found": {"restored": [{"organization": "borealis", "noisy": PICTURE, "restored": PICTURE, "clean": PICTURE}]},
        "row": {"image": PICTURE, "noise": 25},
        "answer": {"image": PICTURE, "before": PICTURE},
    },
    "create": {
        "recipe": "image-generation",
        "task": "generation",
        "metric": "frechet_distance",
        "preprocessing": {"kind": "create", "fields": IMAGE_FIELD, "shape": [1, 28, 28], "labels": ["cat", "dog"]},
        "found": {
            "created": [PICTURE] * 4,
            "generation": {"judge": "taught", "real_halves": 3.2, "rows_of_a_half": 50, "judge_accuracy": 0.8},
        },
        "row": {"count": 3, "seed": 7, "label": "dog"},
        "answer": {"images": [PICTURE] * 3, "seed": 7},
    },
    "series": {
        "recipe": "timeseries",
        "task": "forecast",
        "metric": "mae",
        "preprocessing": {
            "kind": "series",
            "fields": [
                {"name": "demand", "kind": "values"},
                {"name": "price", "kind": "known", "center": 0.0, "scale": 1.0},
            ],
            "window": 4,
            "horizon": 2,
            "season": 1,
            "scaling": "window",
            "known_ahead": False,
            "band": {"level": 0.9, "half_widths": [1.0, 1.5], "covered": [0.9, 0.8]},
            "samples": [{"values": [1.0, 2.5, 3.0, 4.0]}],
        },
        "found": {
            "forecasts": [
                {"organization": "anvil", "name": "shop <1>", "past": [1, 2, 3], "truth": [4, 6], **FORECAST}
            ],
            "horizon": [{"step": step, "mae": 0.5, "naive_mae": 1.0, "seasonal_mae": 0.9} for step in (1, 2)],
            "band": {"level": 0.9, "half_widths": [1.0, 1.5], "covered": [0.9, 0.8]},
        },
        "row": {"values": [1.0, 2.0, 3.0, 4.0], "price": [1.0, 1.0, 2.0, 2.0]},
        "answer": FORECAST,
    },
    "molecule": {
        "recipe": "molecule",
        "task": "regression",
        "metric": "rmse",
        "preprocessing": {
            "kind": "molecule",
            "fields": [{"name": "structure", "kind": "smiles"}, {"name": "protein", "kind": "sequence"}],
            "network": "fingerprint",
            "samples": [{"smiles": "CCO", "sequence": "MGSS"}],
        },
        "found": {},
        "row": {"smiles": "CCO", "sequence": "MGSSHHHH"},
        "answer": {"value": 7.25, "picture": SVG},
    },
    "question": {
        "recipe": "retrieval-qa",
        "task": "retrieval",
        "metric": "recall_at_1",
        "preprocessing": {"kind": "question", "fields": [], "samples": [{"text": "Why am I so hot?"}]},
        "found": {
            "retrieved": [{"asked": "hot <head>", "expected": "Fever", "found": [{"title": "Fever", "score": 0.9}]}],
            "missed": [
                {"asked": "cold <feet>", "expected": "Chill", "found": [{"title": "Fever", "score": 0.4}], "place": 17}
            ],
            "refusal": [{"threshold": 0.2, "answered": 0.9, "right": 0.7, "unknown_refused": 0.4}],
            "refused_below": {"threshold": 0.2, "answered": 0.9, "right": 0.7, "unknown_refused": 0.4},
        },
        "row": {"text": "I feel hot"},
        "answer": {"sources": SOURCES, "refused": False},
    },
}


def found_of(kind: str, **more: Any) -> dict[str, Any]:
    """An evaluation of that kind's task, in its own metric."""
    told = KINDS[kind]
    plain = evaluation(SCORES)
    for one in plain["organizations"]:
        for part in ("own", "common"):
            one[part] = {series: {told["metric"]: score(0.8)} for series in ("alone", "together")}
    kept = {name: plain[name] for name in ("split", "organizations", "history")}
    means = {series: {told["metric"]: 0.8} for series in ("alone", "together")}
    return {
        **kept,
        "task": told["task"],
        "primary_metric": {"name": told["metric"]},
        "overall": {"rows": 300, "metrics": {told["metric"]: score(0.8)}},
        "weighted": means,
        **told["found"],
        **more,
    }


def publish_kind(job: TrainingJob, kind: str, **found: Any) -> ModelVersion:
    """A version of that kind, published by the real service."""
    told = KINDS[kind]
    TrainingJob.objects.filter(pk=job.pk).update(recipe=told["recipe"], target="demand")
    job.refresh_from_db()
    whole = found_of(kind, **found)
    labels = ["car <1>", "van"] if kind == "boxes" else []
    config = {"format": 1, "recipe": told["recipe"], "task": told["task"], "target": "demand", "labels": labels}
    left = files(whole) | {
        "config.json": json.dumps(config).encode(),
        "preprocessing.json": json.dumps(told["preprocessing"]).encode(),
    }
    return publish(job, leave=left, found=whole)
