"""Heart disease by scikit-learn's logistic regression: impute, scale, one-hot, fit. Prints one JSON line.

Reads an .npz of rows as the trainer sees them (numbers, categories, hospital, label) and of its folds, one set of
folds for each seed, so that both models are judged on the same patients.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore")
data = np.load(sys.argv[1])
numbers, categories, hospital, label = data["numbers"], data["categories"], data["hospital"], data["label"]
rows = np.empty((len(label), numbers.shape[1] + categories.shape[1]), object)
rows[:, : numbers.shape[1]] = numbers
rows[:, numbers.shape[1] :] = np.where(categories == "", None, categories)


def model(*, indicators: bool) -> Any:
    impute = SimpleImputer(strategy="median", add_indicator=indicators, keep_empty_features=True)
    usual = SimpleImputer(strategy="most_frequent", missing_values=None, keep_empty_features=True)
    prepare = ColumnTransformer([
        ("numbers", make_pipeline(impute, StandardScaler()), list(range(numbers.shape[1]))),
        ("categories", make_pipeline(usual, OneHotEncoder(handle_unknown="ignore")),
         list(range(numbers.shape[1], rows.shape[1]))),
    ])  # fmt: skip
    return make_pipeline(prepare, LogisticRegression(max_iter=2000))


def likely(train: np.ndarray, test: np.ndarray, *, indicators: bool) -> np.ndarray:
    fitted = model(indicators=indicators).fit(rows[train], label[train])
    found: np.ndarray = fitted.predict_proba(rows[test])[:, 1]
    return found


def weighted(predicted: np.ndarray) -> float:
    """Mean AUC over hospitals on their own patients, weighted by their number."""
    own = [(hospital == place) for place in range(hospital.max() + 1)]
    return float(sum(roc_auc_score(label[part], predicted[part]) * part.sum() for part in own) / len(label))


found: dict[str, list[float]] = {}
for indicators in (False, True):
    name = "marks missing" if indicators else "plain"
    for fold_of in data["folds"]:
        together, alone = np.zeros(len(label)), np.zeros(len(label))
        for fold in range(fold_of.max() + 1):
            train, test = fold_of != fold, fold_of == fold
            together[test] = likely(train, test, indicators=indicators)
            for place in range(hospital.max() + 1):
                mine = hospital == place
                alone[test & mine] = likely(train & mine, test & mine, indicators=indicators)
        found.setdefault(f"{name}, together", []).append(weighted(together))
        found.setdefault(f"{name}, alone", []).append(weighted(alone))
print(json.dumps({name: float(np.mean(values)) for name, values in found.items()}))
