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
            "examples": [{"organization": "anvil", "asked": "Why?", "expected": "A crack.", "written": "A <i>crack"}],
        },
        "surprise": {"edges": [0.0, 1.0, 2.0, 3.0], "counts": [4, 9, 2]},
    }


def everything() -> dict[str, Any]:
    """All of it at once, as no model has it."""
    return {**of_classes(), **of_numbers(), **of_pictures(), **of_texts()}
