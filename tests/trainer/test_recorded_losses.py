"""A tiny run of every recipe loses exactly as it did when it was recorded: a change of the mathematics shows here.

To record anew after a change that is meant to change it, print `losses(...)` and put the numbers in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.trainer.bases import base as base_of
from tests.trainer.conftest import MakeSpec, launch, pictures, reviews
from tests.trainer.photos import slopes, things
from tests.trainer.test_molecules import LETTERS, molecules
from tests.trainer.test_retrieval import SMALL as SEARCH
from tests.trainer.test_retrieval import questions
from tests.trainer.test_timeseries import BY_DAY, LAYERED, sales
from tests.trainer.test_timeseries import SMALL as SERIES
from tests.trainer.test_translation import SMALL as PAIRS
from tests.trainer.test_translation import phrases
from trainer.catalogue import recipes
from trainer.contract import Metric

RECORDED: dict[str, list[float]] = {
    "tabular": [0.817842, 0.689039, 0.611415, 0.583917],
    "tabular/regression": [0.45722, 0.405067, 0.255909, 0.211041],
    "image-classification": [0.749497, 0.723784, 0.72251, 0.71132],
    "image-classification/cnn": [0.675282, 0.665211, 0.656216, 0.668457],
    "text-classification": [0.693147, 0.594295, 0.518848, 0.478486],
    "text-classification/cnn": [0.838888, 0.760909, 0.686998, 0.738924],
    "language-model": [5.698027, 5.644478, 5.602978, 5.583716],
    "timeseries": [1.308729, 1.264141, 1.251077, 1.382592],
    "timeseries/calendar": [1.306384, 1.257268, 1.242378, 1.376529],
    "timeseries/convolutions": [1.306707, 1.25059, 1.236844, 1.363348],
    "molecule": [1.065988, 1.029059, 0.466845, 0.835025],
    "molecule/letters": [1.199568, 0.922106, 0.851774, 1.10349],
    "image-denoising": [0.993815, 0.936983, 0.919834, 0.911527],
    "image-generation": [2.139596, 2.065391, 2.010063, 1.968942],
    "object-detection": [5.607562, 5.028804, 4.8773, 4.622127],
    "retrieval-qa": [1.396145, 0.788307, 0.561682, 0.505069],
    "sequence-to-sequence": [5.885532, 5.284786, 5.010139, 4.86676],
    "fine-tune/pairs": [2.315107, 1.332863, 1.13591, 1.072063],
    "masked-language-model": [3.424025, 3.078715, 2.911339, 2.842638],
    "fine-tune": [5.708035, 5.649041, 5.617056, 5.606953],
}
RUNS: dict[str, dict[str, Any]] = {
    "tabular": {"parameters": {"epochs": 4, "hidden_layers": [8], "learning_rate": 0.01}},
    "tabular/regression": {
        "parameters": {
            "epochs": 4,
            "hidden_layers": [8],
            "learning_rate": 0.01,
            "categories": "one-hot",
            "loss": "huber",
        },
        "target": "life",
    },
    "image-classification": {
        "parameters": {"epochs": 4, "hidden_layers": [16]},
        "recipe": "image-classification",
        "target": "shape",
        "fields": None,
        "tables": {"anvil": pictures(60, 1)},
    },
    "image-classification/cnn": {
        "parameters": {"epochs": 4, "hidden_layers": [16], "network": "cnn", "channels": [4]},
        "recipe": "image-classification",
        "target": "shape",
        "fields": None,
        "tables": {"anvil": pictures(60, 1)},
    },
    "text-classification": {
        "parameters": {"epochs": 4, "hidden_layers": None, "vector_size": 8},
        "recipe": "text-classification",
        "target": "mood",
        "fields": ["text"],
        "tables": {"anvil": reviews(60, 1)},
    },
    "text-classification/cnn": {
        "parameters": {
            "epochs": 4, "hidden_layers": None, "vector_size": 8, "network": "cnn", "filters": 4,
        },
        "recipe": "text-classification",
        "target": "mood",
        "fields": ["text"],
        "tables": {"anvil": reviews(60, 1)},
    },
    "language-model": {
        "parameters": {
            "epochs": 4, "hidden_layers": None, "width": 16, "layers": 2, "heads": 2, "context": 16, "vocabulary": 300,
            "learning_rate": 0.001,
        },
        "recipe": "language-model",
        "target": "text",
        "fields": None,
        "tables": {"anvil": reviews(60, 1)},
    },
    "timeseries": {
        "parameters": SERIES | {"epochs": 4},
        "recipe": "timeseries",
        "target": "sold",
        "fields": ["day", "shop"],
        "split": BY_DAY,
        "tables": {"anvil": sales(60, 1)},
    },
    "timeseries/calendar": {
        "parameters": SERIES | LAYERED | {"epochs": 4, "calendar": "auto"},
        "recipe": "timeseries",
        "target": "sold",
        "fields": ["day", "shop"],
        "split": BY_DAY,
        "tables": {"anvil": sales(60, 1)},
    },
    "timeseries/convolutions": {
        "parameters": SERIES | LAYERED | {"epochs": 4},
        "recipe": "timeseries",
        "target": "sold",
        "fields": ["day", "shop"],
        "split": BY_DAY,
        "tables": {"anvil": sales(60, 1)},
    },
    "molecule": {
        "parameters": {"epochs": 4, "hidden_layers": [8], "bits": 64},
        "recipe": "molecule",
        "target": "solubility",
        "fields": ["structure"],
        "tables": {"anvil": molecules(60, 1)},
    },
    "molecule/letters": {
        "parameters": {"epochs": 4, "hidden_layers": [8], **LETTERS},
        "recipe": "molecule",
        "target": "affinity",
        "fields": ["structure", "sequence"],
        "tables": {"anvil": molecules(60, 1)},
    },
    "image-denoising": {
        "parameters": {"epochs": 4, "hidden_layers": None, "depth": 3, "width": 8, "patch": 12, "patches": 2},
        "recipe": "image-denoising",
        "target": "image",
        "fields": None,
        "tables": {"anvil": slopes(40, 1)},
    },
    "image-generation": {
        "parameters": {"epochs": 4, "hidden_layers": None, "latent": 4, "width": 8},
        "recipe": "image-generation",
        "target": "shape",
        "fields": None,
        "tables": {"anvil": pictures(48, 1, side=16)},
    },
    "object-detection": {
        "parameters": {"epochs": 4, "hidden_layers": None, "width": 8, "blocks": 1, "crop": 32},
        "recipe": "object-detection",
        "target": "boxes",
        "fields": ["image"],
        "tables": {"anvil": things(24, 1)},
    },
    "retrieval-qa": {
        "parameters": SEARCH | {"epochs": 4, "learning_rate": 0.001},
        "recipe": "retrieval-qa",
        "target": "passage",
        "fields": ["asked"],
        "tables": {"anvil": questions(60, 1)},
    },
    "sequence-to-sequence": {
        "parameters": PAIRS | {"epochs": 4, "written_samples": 0, "dropout": 0.1},
        "recipe": "sequence-to-sequence",
        "target": "zh",
        "fields": ["en"],
        "tables": {"anvil": phrases(60, 1)},
    },
    "fine-tune/pairs": {
        "parameters": {"epochs": 4, "hidden_layers": None, "length": 16, "method": "qlora", "learning_rate": 0.01},
        "recipe": "fine-tune",
        "target": "answer",
        "fields": ["text"],
        "tables": {"anvil": reviews(60, 1)},
    },
    "masked-language-model": {
        "parameters": {"epochs": 4, "hidden_layers": None, "length": 16, "learning_rate": 0.003},
        "recipe": "masked-language-model",
        "target": "text",
        "fields": None,
        "tables": {"anvil": reviews(60, 1)},
    },
    "fine-tune": {
        "parameters": {"epochs": 4, "hidden_layers": None, "rank": 2, "length": 16, "learning_rate": 0.01},
        "recipe": "fine-tune",
        "target": "answer",
        "fields": ["text"],
        "tables": {"anvil": reviews(60, 1)},
    },
}  # fmt: skip
BASES = {  # and whether they have a token for hidden words
    "retrieval-qa": ("DistilBertModel", False),
    "fine-tune/pairs": ("T5ForConditionalGeneration", False),
    "masked-language-model": ("BertForMaskedLM", True),
}


def losses(job: MakeSpec, name: str, base: str) -> list[float]:
    more = {"base": {"path": base}} if base else {}
    code, events = launch(job(**RUNS[name], **more))
    assert code == 0, events[-1]
    found = [e for e in events if isinstance(e, Metric) and e.name == "loss" and e.series == "together"]
    return [e.value for e in found if e.split == "train" and e.value is not None]


@pytest.mark.parametrize("name", RUNS)
def test_run_loses_as_recorded(job: MakeSpec, name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    base = request.getfixturevalue("small_base") if name == "fine-tune" else ""
    if name in BASES:
        kind, gap = BASES[name]
        base = base_of(kind, tmp_path / "base", gap=gap)
    assert losses(job, name, base) == pytest.approx(RECORDED[name], abs=1e-4)


def test_every_recipe_is_recorded() -> None:
    assert {name.partition("/")[0] for name in RECORDED} == {recipe.name for recipe in recipes()}
