"""What only a machine with an NVIDIA GPU can show: every recipe on it, short formats, compiling, short memory, NCCL.

They are passed over, with the reason, where there is none. `pytest tests/trainer/test_gpu.py --confcutdir=tests/trainer
-p no:django` needs nothing of the hub.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist

from tests.trainer.bases import base as base_of
from tests.trainer.conftest import MakeSpec, launch, reviews, table
from tests.trainer.test_recorded_losses import BASES, RUNS
from tests.trainer.test_resume import hashes, interrupted
from trainer import loop, placing
from trainer.catalogue import recipe
from trainer.contract import Artifact, Finished, JobSpec, Limits, Log, Metric, Payload
from trainer.data.feed import Resident, spilled
from trainer.descent import SHORT
from trainer.distributed import Ranks, join, leave
from trainer.predict import Predictor
from trainer.sharding import mesh_of

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine shows no NVIDIA GPU")

GPU = torch.device("cuda", 0)
# these draw noise or drop neurons in every step, and each device draws by a generator of its own
DRAWN = {"image-denoising": 0.1, "image-generation": 0.5, "retrieval-qa": 1.0, "fine-tune/pairs": 1.0,
         "masked-language-model": 1.0}  # fmt: skip
WIDE: dict[str, Any] = {"hidden_layers": [2048, 2048], "epochs": 2, "batch_size": 4096, "dropout": 0.0}


def curve(events: list[Payload]) -> list[float]:
    found = [e for e in events if isinstance(e, Metric) and e.name == "loss" and e.series == "together"]
    return [e.value for e in found if e.split == "train" and e.value is not None]


def trained(spec: JobSpec) -> list[Payload]:
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert isinstance(events[-1], Finished)
    return events


@pytest.fixture
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """What the run of that name begins from."""

    def of(name: str) -> dict[str, Any]:
        if name == "fine-tune":
            return {"base": {"path": request.getfixturevalue("small_base")}}
        kind, gap = BASES.get(name, ("", False))
        return {"base": {"path": base_of(kind, tmp_path / "base", gap=gap)}} if kind else {}

    return of


@pytest.mark.parametrize("name", RUNS)
def test_every_recipe_learns_on_the_gpu_what_it_learns_on_the_cpu(job: MakeSpec, base: Any, name: str) -> None:
    run = {**RUNS[name], **base(name)}
    small = {key: value for key, value in run["parameters"].items() if value is not None}
    drops = hasattr(recipe(name.partition("/")[0]).check(small), "dropout")
    run["parameters"] = {**run["parameters"], **({"dropout": 0.0} if drops else {})}
    gpu = trained(job(**run, device="gpu"))
    cpu = trained(job(**run, device="cpu"))
    assert curve(gpu) == pytest.approx(curve(cpu), rel=DRAWN.get(name, 1e-2), abs=1e-3)
    assert {e.path for e in gpu if isinstance(e, Artifact)} == {e.path for e in cpu if isinstance(e, Artifact)}


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_short_formats_learn_almost_the_same(job: MakeSpec, precision: str) -> None:
    run = {**RUNS["language-model"], "device": "gpu"}
    run["parameters"] = {**run["parameters"], "dropout": 0.0}
    long = curve(trained(job(**run)))
    run["parameters"]["precision"] = precision
    assert curve(trained(job(**run))) == pytest.approx(long, rel=0.02)


def test_a_compiled_network_learns_the_same(job: MakeSpec) -> None:
    run = {**RUNS["language-model"], "device": "gpu"}
    run["parameters"] = {**run["parameters"], "dropout": 0.0}
    plain = curve(trained(job(**run)))
    run["parameters"]["compiled"] = True
    assert curve(trained(job(**run))) == pytest.approx(plain, rel=1e-3)


def test_resumed_on_the_gpu_is_bit_for_bit_uninterrupted(job: MakeSpec) -> None:
    parameters = {"dropout": 0.3, "schedule": "cosine", "deterministic": True}
    events = trained(job(parameters, device="gpu"))
    assert interrupted(job, [5, 9], parameters, device="gpu") == hashes(events)


def test_a_memory_limit_leaves_room_for_the_driver(job: MakeSpec) -> None:
    trained(job(device="gpu", limits=Limits(memory_mb=6000)))


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Of the GPU's memory 300 MB above what is in use."""
    gc.collect()
    torch.cuda.empty_cache()
    whole = torch.cuda.get_device_properties(GPU).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_allocated(GPU) + 300e6) / whole, GPU)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0, GPU)


def test_short_memory_on_the_gpu_halves_the_batch_and_says_so(job: MakeSpec, little_memory: None) -> None:
    tables = {"anvil": table(16_384, 1)}
    parameters = {**WIDE, "hidden_layers": [2048, 2048], "batch_size": 8192, "explained": False, "importance": False}
    events = trained(job({**parameters, "baselines": False}, tables=tables, device="gpu"))
    told = [e for e in events if isinstance(e, Log) and e.text == SHORT]
    assert told
    assert told[-1].params["rows"] < 8192


def test_rows_in_files_come_through_pinned_memory() -> None:
    numbers = torch.arange(4000, dtype=torch.float32).view(1000, 4)
    feed = spilled(numbers.numpy(), None, GPU)
    rows = torch.randperm(1000, device=GPU)
    feed.announce(rows)
    found, _ = feed.take(rows)
    assert found.device.type == "cuda"
    assert torch.equal(found, Resident((numbers.to(GPU), None)).take(rows)[0])


def test_a_model_trained_on_the_gpu_answers_without_one(job: MakeSpec) -> None:
    spec = job(device="gpu")
    trained(spec)
    answers = Predictor(spec.output).predict([{"heat": 50.0, "load": 0.1, "line": "west"}])
    assert answers[0]["label"] in {"yes", "no"}


def test_nccl_adds_up_and_weights_in_shards_pass_through_it(job: MakeSpec, tmp_path: Path) -> None:
    ranks = join(0, 1, meeting=f"file://{tmp_path / 'meeting'}", gpu=True)
    try:
        assert dist.get_backend() == "nccl"
        one = torch.ones(3, device=GPU)
        Ranks(0, 2).add_up(one)  # of one process that asks as if there were another: its own sum
        assert one.tolist() == [1.0, 1.0, 1.0]
        assert mesh_of("cuda", 1).size() == 1
    finally:
        mesh_of.cache_clear()
        leave(Ranks(0, 2) if ranks.count == 1 else ranks)


def test_shards_on_the_gpu_learn_what_whole_weights_learn(
    job: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process holds the only shard: fully_shard and its passes over NCCL, without a second card."""
    small = {
        "width": 16, "layers": 2, "heads": 2, "context": 16, "vocabulary": 300, "batch_size": 8, "epochs": 2,
        "learning_rate": 0.01, "explained": False, "hidden_layers": None, "baselines": False, "dropout": 0.0,
    }  # fmt: skip
    common = {"recipe": "language-model", "target": "text", "fields": None, "tables": {"anvil": reviews(50, 1)}}
    whole = curve(trained(job(small, device="gpu", **common)))
    for module in (loop, placing):
        monkeypatch.setattr(module, "sharded", lambda parameters, _: parameters.sharded)
    join(0, 1, meeting=f"file://{tmp_path / 'meeting'}", gpu=True)
    try:
        events = trained(job(small | {"sharded": True}, device="gpu", **common))
    finally:
        mesh_of.cache_clear()
        leave(Ranks(0, 2))
    assert curve(events) == pytest.approx(whole, rel=1e-3)
