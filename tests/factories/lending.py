"""What a trainer leaves of a score card and of approval by group; made up, but in its shapes."""

from typing import Any


def of_lenders(rank: float | None = 0.97) -> dict[str, Any]:
    """Two classes of a table, `yes` is bad."""
    heat = [
        {"from": None, "to": 40.5, "points": 24, "share": 0.4, "bad_rate": 0.02},
        {"from": 40.5, "to": 2000.0, "points": 3, "share": 0.3, "bad_rate": 0.1},
        {"from": 2000.0, "to": None, "points": -38, "share": 0.25, "bad_rate": 0.4},
        {"missing": True, "points": 0, "share": 0.05, "bad_rate": 0.1},
    ]
    line = [
        {"value": "A <1>", "points": 5, "share": 0.6, "bad_rate": 0.1},
        {"others": 3, "points": -8, "share": 0.4, "bad_rate": 0.2},
    ]
    agreement = {"rank_correlation": rank, "rows": 180, "card_auc": 0.741, "model_auc": 0.752}
    groups = [
        {"value": "north", "approved": 0.85, "good_approved": 0.9, "good": 80},
        {"value": None, "approved": 0.6, "good_approved": None, "good": 12},
    ]
    return {
        "scorecard": {
            "bad": "yes", "base_points": 600, "base_odds": 50, "pdo": 20, "start": 571, "rows": 800, "left_out": 1,
            "fields": [{"field": "heat", "bins": heat}, {"field": "line", "bins": line}], "agreement": agreement,
        },
        "groups": {
            "field": "line", "gap": {"accuracy": 0.1}, "left_out": 0,
            "groups": [
                {"value": "north", "rows": 100, "metrics": {"accuracy": {"value": 0.9}}},
                {"value": None, "rows": 30, "metrics": {"accuracy": {"value": 0.8}}},
            ],
            "approval": {
                "share": 0.8, "approved": 0.8, "groups": groups, "parity_gap": 0.25, "opportunity_gap": None,
            },
        },
        "gain": {"ks": 0.412, "points": [[0, 0], [0.2, 0.6], [1, 1]], "lift": [[0.2, 3], [1, 1]]},
    }  # fmt: skip
