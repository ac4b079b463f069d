"""Evaluations with every part that a trainer may leave about a model's behaviour; made up, but in its shapes."""

import math
from typing import Any

SIDE = 12


def of_classes() -> dict[str, Any]:
    """Two classes of a table."""
    curve = [[place / 20, 1 - 0.5 * (place / 20) ** 3] for place in range(21)]
    measured = {"accuracy": {"value": 0.91, "low": 0.86, "high": 0.95}, "f1": {"value": 0.7, "low": 0.6, "high": 0.8}}
    worse = {"accuracy": {"value": 0.8, "low": 0.7, "high": 0.88}, "f1": {"value": 0.5, "low": 0.3, "high": 0.6}}
    return {
        "pr": [{"label": "yes", "average_precision": 0.87, "points": curve}],
        "gain": {
            "ks": 0.62,
            "points": [[place / 20, math.sqrt(place / 20)] for place in range(21)],
            "lift": [[place / 20, 1 / math.sqrt(place / 20)] for place in range(1, 21)],
        },
        "slices": [
            {
                "field": "age",
                "low": 20.0,
                "high": 30.0,
                "rows": 57,
                "organization": None,
                "loss": 0.9,
                "overall_loss": 0.3,
            },
            {
                "field": "age",
                "low": None,
                "high": 20.0,
                "rows": 33,
                "organization": "anvil",
                "loss": 0.6,
                "overall_loss": 0.3,
            },
            {
                "field": "size",
                "low": 8.5,
                "high": None,
                "rows": 30,
                "organization": None,
                "loss": 0.5,
                "overall_loss": 0.3,
            },
            {
                "field": "line",
                "value": "B <2>",
                "rows": 25,
                "organization": "borealis",
                "loss": 0.45,
                "overall_loss": 0.3,
            },
            {
                "field": "line",
                "value": None,
                "missing": True,
                "rows": 21,
                "organization": None,
                "loss": 0.4,
                "overall_loss": 0.3,
            },
        ],
        "examples": [
            {
                "organization": "anvil",
                "values": {"age": 22.0, "line": "B <2>", "size": None},
                "expected": "yes",
                "predicted": "no",
                "probability": 0.98,
            }
        ],
        "groups": {
            "field": "line",
            "groups": [
                {"value": "A", "rows": 140, "metrics": measured},
                {"value": "B <2>", "rows": 46, "metrics": worse},
            ],
            "gap": {"accuracy": 0.11, "f1": 0.2},
            "left_out": 14,
        },
        "robustness": {
            "metric": "accuracy",
            "noise": [{"level": 0.0, "value": 0.9}, {"level": 0.5, "value": 0.8}, {"level": 1.0, "value": 0.65}],
            "missing": [{"share": 0.0, "value": 0.9}, {"share": 0.25, "value": 0.84}, {"share": 0.5, "value": None}],
        },
        "partial_dependence": [
            {
                "field": "age",
                "kind": "number",
                "label": "yes",
                "points": [
                    {"at": 20.0 + 2 * n, "value": n / 20, "organizations": {"anvil": n / 25, "borealis": n / 18}}
                    for n in range(15)
                ],
            },
            {
                "field": "line",
                "kind": "category",
                "label": "yes",
                "points": [
                    {"at": "A", "value": 0.3, "organizations": {"anvil": 0.2, "borealis": 0.4}},
                    {"at": "B <2>", "value": 0.6, "organizations": {"anvil": 0.5}},
                ],
            },
        ],
        "importance_by_organization": {
            "anvil": [{"field": "age", "value": 0.3, "low": 0.2, "high": 0.4}, {"field": "line", "value": 0.1}],
            "borealis": [{"field": "line", "value": 0.25, "low": 0.2, "high": 0.3}],
        },
    }


def of_numbers() -> dict[str, Any]:
    """A predicted number."""
    covered = {"anvil": 0.93, "borealis": 0.81}
    return {"interval": {"level": 0.9, "half_width": 4.25, "covered": 0.88, "organizations": covered}}


def of_pictures() -> dict[str, Any]:
    """Where a network looks for two classes."""

    def spot(x: int, y: int) -> list[list[float]]:
        return [[math.exp(-((i - y) ** 2 + (j - x) ** 2) / 8) for j in range(SIDE)] for i in range(SIDE)]

    return {"class_heat": [{"label": "no", "heat": spot(2, 2)}, {"label": "yes", "heat": spot(9, 6)}]}


def of_texts() -> dict[str, Any]:
    """Words for classes, and what a model wrote."""
    words = [{"text": "crack", "weight": 0.5}, {"text": "<b>rust</b>", "weight": 0.25}]
    return {
        "terms": [{"label": "yes", "terms": words}, {"label": "no", "terms": []}],
        "written": {
            "bleu": 31.4,
            "chrf": 55.2,
            "scores": {"bleu": _told(31.4, 25.0, 38.0), "chrf": _told(55.2, 50.0, 61.0)},
            "organizations": [
                {"organization": slug, "rows": rows, "scores": {"bleu": _told(30, 20, 40), "chrf": _told(54, 45, 63)}}
                for slug, rows in (("anvil", 6), ("borealis", 5))
            ],
            "examples": [{"organization": "anvil", "asked": "Why?", "expected": "A crack.", "written": "A <i>crack"}],
        },
        "surprise": {"edges": [0.0, 1.0, 2.0, 3.0], "counts": [4, 9, 2]},
    }


def _told(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def _earned(ahead: float, points: int) -> dict[str, Any]:
    model = {"sharpe": _told(1.4, 0.2, 2.5), "drawdown": _told(0.12, 0.08, 0.3), "total": 0.21}
    hold = {"sharpe": _told(1.4 - ahead, -0.4, 1.6), "drawdown": _told(0.34, 0.2, 0.5), "total": 0.08}
    return {
        "moments": 200, "rows": 400, "invested": 0.55, "model": model, "hold": hold,
        "ahead": _told(ahead, ahead - 0.5, ahead + 0.5),
        "points": [[place, 1 + place / 1000, 1 + place / 2500] for place in range(0, 200, 200 // points)],
    }  # fmt: skip


def of_markets(ahead: float = 0.8, suspects: tuple[str, ...] = ()) -> dict[str, Any]:
    """A back-test of two organizations, so much ahead of holding."""
    parts = [{"organization": slug, **_earned(ahead, 10)} for slug in ("anvil", "borealis")]
    told = {"returns": "gain", "cost": 0.001, "per_year": 252.0, "span": ["2024-01-02", "2024-10-15"]}
    return {"trading": {**told, "suspects": list(suspects), "overall": _earned(ahead, 100), "organizations": parts}}


def of_distances() -> dict[str, Any]:
    """Pictures of two organizations, far apart."""
    told = {"organizations": ["anvil", "borealis"], "rows": 120, "features": 64}
    return {"distances": {**told, "matrix": [[1.25, 9.5], [9.5, 1.5]]}}


def of_mistaken_pictures() -> dict[str, Any]:
    """One grey pixel, which is no harm to show."""
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
    told = {"organization": "anvil", "expected": "7 <3>", "predicted": "1", "probability": 0.97}
    return {"examples": [{**told, "picture": pixel}]}


def everything() -> dict[str, Any]:
    """All of it at once, as no model has it."""
    return {**of_classes(), **of_numbers(), **of_pictures(), **of_texts(), **of_markets(), **of_distances()}
