"""Sentiment by scikit-learn's TF-IDF over words and pairs, and logistic regression. Prints one JSON line.

Reads a JSON of texts, their sources, labels, and for each seed the rows held out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

data = json.loads(Path(sys.argv[1]).read_bytes())
texts, sources = np.array(data["texts"], object), np.array(data["sources"])
labels = np.array(data["labels"])
PEERS = {
    "TF-IDF(1,2), logistic regression": ({}, 1.0),
    "  the same, tuned": ({"sublinear_tf": True, "min_df": 2}, 4.0),
}

found: dict[str, dict[str, dict[str, list[float]]]] = {}
for name, (options, strength) in PEERS.items():
    for held_out in data["held_out"]:
        test = np.zeros(len(labels), bool)
        test[held_out] = True
        reader = TfidfVectorizer(ngram_range=(1, 2), **options)
        model = LogisticRegression(C=strength, max_iter=2000).fit(reader.fit_transform(texts[~test]), labels[~test])
        likely = model.predict_proba(reader.transform(texts[test]))[:, 1]
        for source in dict.fromkeys(sources.tolist()):
            own = sources[test] == source
            kept = found.setdefault(name, {}).setdefault(source, {"roc_auc": [], "accuracy": []})
            kept["roc_auc"].append(roc_auc_score(labels[test][own], likely[own]))
            kept["accuracy"].append(accuracy_score(labels[test][own], likely[own] > 0.5))
print(json.dumps(found))
