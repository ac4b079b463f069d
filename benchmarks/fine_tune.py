"""Base models that go on learning, beside what the same models came to when the data was chosen.

    .venv/bin/python benchmarks/fine_tune.py [--only movies-full terms-qlora …] [--parameters '{}']

movies: MiniLM tells the mood of sentences of film reviews; 120 steps of 32 of them, all weights at 5e-5, came to an
accuracy of 0.848. Here as many sentences, in the recipe's own batches of 16. terms: SmolLM2-135M says what medical
terms mean; 60 steps on its last four layers came to a perplexity of 11.2 (26.5 before) in 217 s and 1.8 GB. Learning
rates are the recipe's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.remove(str(Path(__file__).resolve().parent))  # its `profile` hides Python's own

from benchmarks import jobs, texts

STEPS = {"movies": (240, 16), "terms": (60, 8)}  # and rows of each
HELD_OUT = {"movies": 2578, "terms": 160}
CASES: dict[str, dict[str, Any]] = {
    "movies-full": {"method": "full"},
    "movies-lora": {"method": "lora"},
    "terms-last": {"method": "last", "last_layers": 4},
    "terms-lora": {"method": "lora"},
    "terms-qlora": {"method": "qlora"},
}


def spec_of(name: str, more: dict[str, Any], folder: Path) -> dict[str, Any]:
    """As many rows as the steps take, and those held out."""
    data = name.split("-", maxsplit=1)[0]
    steps, batch = STEPS[data]
    rows = steps * batch + HELD_OUT[data]
    parameters = CASES[name] | {"epochs": 1, "batch_size": batch, "baselines": False, "written_samples": 0} | more
    spec = {
        "recipe": "fine-tune",
        "parameters": parameters,
        "split": {"test_fraction": HELD_OUT[data] / rows, "validation_fraction": 0.0},
    }
    if data == "movies":
        inputs = texts.write_movies(folder, rows)
        return spec | {"inputs": inputs, "target": "label", "base": {"path": str(texts.base_model("minilm"))}}
    inputs, base = texts.write_terms(folder, rows), {"path": str(texts.base_model("smollm"))}
    return spec | {"inputs": inputs, "target": "answer", "fields": ["question"], "base": base}


def told(name: str, more: dict[str, Any]) -> bool:
    """Print one case; whether it reaches what is known of the base model."""
    with tempfile.TemporaryDirectory() as folder:
        done = jobs.done(spec_of(name, more, Path(folder)), Path(folder))
    if name.startswith("movies"):
        found, known = done.metric("accuracy"), 0.848
        print(f"{name}: accuracy {found:.4f} (known {known}), ROC AUC {done.metric('roc_auc'):.4f}")
    else:
        found, known = -done.metric("perplexity"), -11.2
        print(f"{name}: perplexity {-found:.2f} (known {-known}), {done.metric('bits_per_byte'):.3f} bits per byte")
    print(f"  {done}", flush=True)
    return found >= known


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=CASES, nargs="*", default=[])
    parser.add_argument("--parameters", type=json.loads, default={})
    chosen = parser.parse_args()
    reached = [told(name, chosen.parameters) for name in chosen.only or CASES]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
