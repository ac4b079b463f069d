"""A model that draws pictures: what it learns, shows, answers and refuses."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image

from tests.trainer.conftest import MakeSpec, launch, pictures
from tests.trainer.photos import slopes
from tests.trainer.test_hostile import failed
from tests.trainer.test_resume import hashes, interrupted
from trainer import catalogue
from trainer.catalogue import recipe
from trainer.contract import Finished, Metric, Started
from trainer.distributed import ALONE
from trainer.loop import open_job
from trainer.measures.generation import FEATURES, beside, distance_of, frechet_distance, judged_score
from trainer.metrics import Judged
from trainer.predict import Predictor, answer
from trainer.recipes.image_generation.judging import expert_for
from trainer.recipes.image_generation.network import Pair
from trainer.recipes.image_generation.settling import initialise
from trainer.seeding import torch_generator
from trainer.sizes import Data, estimate_of

SMALL: dict[str, Any] = {"hidden_layers": None, "latent": 4, "width": 8, "epochs": 2, "learning_rate": 0.002}


def spec_of(job: MakeSpec, parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
    tables = {"anvil": pictures(48, 1, side=16), "borealis": pictures(32, 2, side=16)}
    usual = {"recipe": "image-generation", "target": "shape", "fields": None, "tables": tables}
    return job(SMALL | (parameters or {}), **(usual | changes))


def evaluation(spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def test_drawn_pictures_come_nearer_to_real_ones(job: MakeSpec) -> None:
    spec = spec_of(job, {"epochs": 30, "baselines": False, "batch_size": 16})
    spec = spec.model_copy(update={"inputs": tuple(one.model_copy(update={"viewable": True}) for one in spec.inputs)})
    code, events = launch(spec)
    assert code == 0, events[-1]
    curve = [event for event in events if isinstance(event, Metric) and event.split == "validation"]
    told = [event.value for event in curve if event.name == "frechet_distance"]
    found = evaluation(spec)
    assert min(value for value in told[-5:] if value is not None) < 0.7 * (told[0] or 0)
    assert found["primary_metric"] == {"name": "frechet_distance", "higher_is_better": False}
    assert found["overall"]["metrics"]["judged_score"]["value"] >= 1.0
    assert found["generation"]["judge"] == "taught"
    assert found["generation"]["real_halves"] < found["overall"]["metrics"]["frechet_distance"]["value"]
    assert len(found["created"]) == 16


def test_a_published_model_draws(job: MakeSpec) -> None:
    spec = spec_of(job)
    launch(spec)
    model = Predictor(spec.output)
    said = model.predict([{"count": 3, "seed": 5}])[0]
    assert [Image.open(io.BytesIO(base64.b64decode(one))).size for one in said["images"]] == [(16, 16)] * 3
    assert model.predict([{"count": 3, "seed": 5}])[0] == said
    assert model.predict([{"count": 3, "seed": 6}])[0] != said
    by_chance = model.predict([{}])[0]
    assert len(by_chance["images"]) == 16
    assert model.predict([{"seed": by_chance["seed"]}])[0] == by_chance
    assert model.predict([{"count": 3, "seed": 5, "label": "I"}])[0] != said
    done = subprocess.run([sys.executable, "example.py"], cwd=spec.output, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(spec.output, "drawn-15.png").exists()


@pytest.mark.parametrize("row", [{"count": 0}, {"count": 65}, {"count": "many"}, {"seed": -1}, {"label": "Zhang"}])
def test_nonsense_is_refused_with_a_sentence(job: MakeSpec, row: dict[str, Any]) -> None:
    spec = spec_of(job, {"epochs": 1})
    launch(spec)
    assert "error" in answer(Predictor(spec.output), json.dumps({"rows": [row]}))


@pytest.mark.parametrize("looks", [[1], [4], [7, 2]])
def test_resumed_is_bit_for_bit_the_same(job: MakeSpec, looks: list[int]) -> None:
    _, events = launch(spec_of(job))
    assert interrupted(lambda p, **more: spec_of(job, p, **more), looks, {}) == hashes(events)


def test_pictures_alone_are_judged_by_a_network_of_chance(job: MakeSpec) -> None:
    spec = spec_of(job, {"side": 16, "colour": "rgb"}, target="image", tables={"anvil": slopes(40, 1)})
    code, events = launch(spec)
    assert code == 0, events[-1]
    found = evaluation(spec)
    assert found["generation"]["judge"] == "random"
    assert found["overall"]["metrics"]["judged_score"]["value"] is None
    assert found["overall"]["metrics"]["frechet_distance"]["value"] > 0
    assert "created" not in found, "nobody may see rows, which drawn pictures may look like"


def test_each_network_learns_from_its_own_loss() -> None:
    torch.manual_seed(1)
    pair = Pair((1, 16, 16), 4, 8, 2)
    with torch.no_grad():
        initialise(pair, torch_generator(1))
    kind = torch.eye(2)[torch.tensor([0, 1, 0, 1])]
    logits = pair(torch.rand(4, 1, 16, 16), kind)
    logits[:, :2].sum().backward(retain_graph=True)
    assert moved(pair.drawer) == [0.0] * len(moved(pair.drawer))
    before = moved(pair.judge)
    assert max(before) > 0
    logits[:, 2].sum().backward()
    assert moved(pair.judge) == before
    assert max(moved(pair.drawer)) > 0


def moved(module: torch.nn.Module) -> list[float]:
    return [float(weight.grad.abs().sum()) for weight in module.parameters() if weight.grad is not None]


def test_hostile_pictures(job: MakeSpec) -> None:
    small = {"anvil": pictures(20, 1, side=8)}
    failed(launch(spec_of(job, tables=small))[1], "data", "Pictures of 8 pixels a side cannot be drawn")
    texts = pa.table({"image": ["Zhang San"] * 20, "shape": ["a", "b"] * 10})
    events = launch(spec_of(job, tables={"anvil": texts}))[1]
    failed(events, "data", "make no square picture")
    assert "Zhang San" not in str(events)
    ours = slopes(20, 1)
    broken = pa.table({"image": pa.array([*ours.column("image").to_pylist()[:19], b"Zhang San"], pa.binary())})
    events = launch(spec_of(job, {"side": 16}, target="image", tables={"anvil": broken}))[1]
    failed(events, "data", "Row 20 holds no readable picture")
    assert "Zhang San" not in str(events)
    beyond = pictures(20, 1, side=16).drop_columns(["p3"]).append_column("p3", pa.array([1e30] * 20))
    names = [*(f"p{place}" for place in range(256)), "shape"]
    events = launch(spec_of(job, {"epochs": 1}, tables={"anvil": beyond.select(names)}))[1]
    assert isinstance(events[-1], Finished), events[-1]


def test_parameters_are_counted_exactly(job: MakeSpec) -> None:
    for parameters, changes, data in (
        ({"width": 16}, {"tables": {"anvil": pictures(20, 1, side=16)}}, Data(rows=20, numbers=256, classes=2)),
        ({"side": 32, "colour": "rgb"}, {"target": "image", "tables": {"anvil": slopes(20, 1)}}, Data(20, classes=1)),
    ):
        spec = spec_of(job, parameters | {"epochs": 1}, **changes)
        _, events = launch(spec)
        known = recipe(spec.recipe)
        found = estimate_of(known, known.check(spec.parameters), data)
        assert found is not None
        assert found.parameters == next(event.parameters_count for event in events if isinstance(event, Started))


def test_measures() -> None:
    random = np.random.default_rng(1)
    real, drawn = random.normal(0, 1, (4000, FEATURES)), random.normal(0, 2, (4000, FEATURES)) + 1.0
    everyone = np.ones((1, 4000))
    found = frechet_distance(Judged(np.zeros(4000), np.hstack([real, drawn]), "generation"), everyone)[0]
    assert found == pytest.approx(FEATURES * (1.0 + (2 - 1) ** 2), rel=0.05)
    likely = np.eye(4)[np.arange(4000) % 4]
    told = np.hstack([real, likely, drawn, likely])
    assert judged_score(Judged(np.zeros(4000), told, "generation"), everyone)[0] == pytest.approx(4.0)
    same = np.hstack([real, likely, real, np.eye(4)[np.zeros(4000, int)]])
    assert judged_score(Judged(np.zeros(4000), same, "generation"), everyone)[0] == pytest.approx(1.0)
    assert frechet_distance(Judged(np.zeros(4000), same, "generation"), everyone)[0] == pytest.approx(0.0, abs=1e-6)


def test_nobody_looks_at_pictures_that_it_learnt_from(job: MakeSpec) -> None:
    """Who has a drawer judged in three folds is told by three judges, each taught by the other two folds."""
    tables = {"anvil": pictures(36, 1, side=16), "borealis": pictures(24, 2, side=16)}
    split = {"kind": "k-fold", "folds": 3, "validation_fraction": 0.0}
    spec = spec_of(job, {"epochs": 1}, tables=tables, split=split)
    opened: Any = open_job(catalogue.checked(spec), lambda _: None, ALONE)
    source, fits = opened.source, [fit for fit in opened.fits if fit.series == "together" and fit.fold]
    assert len(source.experts.all) == len(fits) == 3
    for place, fit in enumerate(fits):
        assert np.flatnonzero(source.experts.of_row == place).tolist() == sorted(fit.test.tolist())
        pixels = source.values[fit.test]
        alone = expert_for(source.values, source.shape, source.target, fit.train, spec.seed).look(pixels)
        assert torch.equal(source.experts.look(pixels, torch.from_numpy(fit.test)), alone)
    code, events = launch(spec)
    assert code == 0, events[-1]
    found = evaluation(spec)
    assert found["overall"]["rows"] == 60
    assert found["generation"]["judge"] == "taught"
    assert found["generation"]["rows_of_a_half"] == 10
    assert found["overall"]["metrics"]["frechet_distance"]["low"] > 0


def test_several_judges_are_measured_each_by_itself() -> None:
    """Else the same pictures would be as far apart as the ways are in which judges see."""
    random = np.random.default_rng(1)
    real, drawn = random.normal(0, 1, (600, FEATURES)), random.normal(0.5, 1, (600, FEATURES))
    other = np.arange(600)[:, None] >= 200
    told = np.hstack([np.where(other, 3 * real + 5, real), np.where(other, 3 * drawn + 5, drawn), other])
    one, two = (distance_of(told[rows, :-1]) for rows in (slice(200), slice(200, None)))
    assert distance_of(told) == pytest.approx(one / 3 + 2 * two / 3)
    judged = Judged(np.zeros(600), told.astype(float), "generation")
    counts = np.stack([np.ones(600), ~other[:, 0], other[:, 0]])
    assert frechet_distance(judged, counts) == pytest.approx([one / 3 + 2 * two / 3, one, two])
    assert beside(judged)["generation"]["rows_of_a_half"] == 100


def test_a_judge_of_a_single_picture_is_left_out_where_halves_are_compared() -> None:
    """A fold of one picture is no reason to tell nothing of the others."""
    random = np.random.default_rng(1)
    real = random.normal(0, 1, (41, FEATURES))
    told = np.hstack([real, real, np.arange(41)[:, None] == 40]).astype(float)
    alone = Judged(np.zeros(40), told[:40], "generation")
    assert beside(Judged(np.zeros(41), told, "generation")) == beside(alone)
    assert beside(alone)["generation"]["rows_of_a_half"] == 20
    assert beside(Judged(np.zeros(1), told[40:], "generation")) == {}


def test_halves_of_real_pictures_are_of_everyone() -> None:
    """Rows stand organization by organization: by their order it would be told how far apart two of them are."""
    random = np.random.default_rng(1)
    real = np.concatenate([random.normal(place, 1, (300, FEATURES)) for place in (0, 5)])
    told = beside(Judged(np.zeros(600), np.hstack([real, real]), "generation"))["generation"]
    assert told["rows_of_a_half"] == 300
    assert told["real_halves"] < 20 < FEATURES * 25


def test_many_rows_are_told_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    judged = Judged(np.zeros(500), random.normal(size=(500, 2 * FEATURES)), "generation")
    counts = random.integers(0, 3, (4, 500)).astype(float)
    whole = frechet_distance(judged, counts)
    monkeypatch.setattr("trainer.measures.generation.AT_ONCE", 50 * FEATURES**2)
    assert np.allclose(frechet_distance(judged, counts), whole, rtol=1e-9)
