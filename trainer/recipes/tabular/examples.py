"""Parameters that were tried on real tables, for demonstrations and benchmarks."""

from __future__ import annotations

from typing import Any

# Heart disease in four hospitals (UCI): predict `num` > 0 from every field but `id`, `dataset` and `num`; a `trestbps`
# or `chol` of 0 was not measured.
# Five-fold, `benchmarks/heart.py`: at least as good as scikit-learn's logistic regression, alone and together.
HEART_TARGET = "num"
HEART_SPLIT: dict[str, Any] = {"kind": "k-fold", "folds": 5, "validation_fraction": 0.0}

heart_parameters: dict[str, Any] = {
    "task": "classification",
    "positive_above": 0.0,
    "hidden_layers": [],
    "categories": "one-hot",
    "missing_indicators": True,
    "missing_categories": "most-frequent",
    "batch_size": 64,
    "epochs": 40,
    "learning_rate": 0.03,
    "schedule": "cosine",
    "weight_decay": 0.03,
}
