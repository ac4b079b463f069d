"""A model that finds things in pictures: what it learns, shows, answers and refuses."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.photos import png, things
from tests.trainer.test_hostile import failed, logs
from tests.trainer.test_resume import hashes, interrupted
from trainer.catalogue import recipe
from trainer.contract import Finished, JobSpec
from trainer.journal import fingerprint_of
from trainer.measures.detection import curves, map_50, map_50_95
from trainer.metrics import Judged
from trainer.predict import Predictor, answer
from trainer.recipes.object_detection.boxes import packed
from trainer.recipes.object_detection.cropping import moved_into, turned
from trainer.recipes.object_detection.losses import loss_of_maps
from trainer.recipes.object_detection.network import Detector, decoded
from trainer.sizes import Data, estimate_of

SMALL: dict[str, Any] = {
    "hidden_layers": None, "width": 8, "blocks": 1, "crop": 32, "most": 8, "epochs": 1, "learning_rate": 0.01,
}  # fmt: skip
BOX = '[{"category": "disc", "box": [3, 3, 10, 10]}]'


def spec_of(job: MakeSpec, parameters: dict[str, Any] | None = None, **changes: Any) -> Any:
    tables = {"anvil": things(24, 1), "borealis": things(16, 2)}
    usual = {"recipe": "object-detection", "target": "boxes", "fields": ["image"], "tables": tables}
    return job(SMALL | (parameters or {}), **(usual | changes))


def evaluation(spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def test_things_are_found(job: MakeSpec) -> None:
    spec = spec_of(job, {"epochs": 25, "baselines": False, "batch_size": 4})
    spec = spec.model_copy(update={"inputs": (spec.inputs[0].model_copy(update={"viewable": True}), spec.inputs[1])})
    code, events = launch(spec)
    assert code == 0, events[-1]
    found = evaluation(spec)
    metrics = {name: entry["value"] for name, entry in found["overall"]["metrics"].items()}
    assert metrics["map_50"] > 0.6
    assert metrics["map_50_95"] <= metrics["map_50"] <= metrics["map_40"]
    assert found["primary_metric"] == {"name": "map_50", "higher_is_better": True}
    assert {curve["label"] for curve in found["pr"]} <= {"bar", "disc"}
    assert {one["organization"] for one in found["detections"]} == {"anvil"}
    assert all(one["truth"] for one in found["detections"])
    content, wanted = things(1, 9).column("image")[0].as_py(), json.loads(things(1, 9).column("boxes")[0].as_py())
    said = Predictor(spec.output).predict([{"image": base64.b64encode(content).decode()}], explain=True)[0]
    best = max(said["boxes"], key=lambda box: box["score"])
    assert best["label"] == wanted[0]["category"]
    assert [40 * share for share in best["box"]] == pytest.approx(wanted[0]["box"], abs=5)
    assert np.array(said["reasons"]["heat"]).max() == 1.0


def test_the_example_runs_on_the_published_files(job: MakeSpec) -> None:
    spec = spec_of(job)
    launch(spec)
    Path(spec.output, "picture.jpg").write_bytes(things(1, 9).column("image")[0].as_py())
    done = subprocess.run([sys.executable, "example.py"], cwd=spec.output, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("row", [{}, {"image": "?"}, {"image": base64.b64encode(b"none").decode()}])
def test_nonsense_is_refused_with_a_sentence(job: MakeSpec, row: dict[str, Any]) -> None:
    spec = spec_of(job)
    launch(spec)
    assert "picture" in answer(Predictor(spec.output), json.dumps({"rows": [row]}))["error"]["text"]


@pytest.mark.parametrize("looks", [[2], [5, 3]])
def test_resumed_is_bit_for_bit_the_same(job: MakeSpec, looks: list[int]) -> None:
    parameters = {"epochs": 2, "turns": "all"}
    _, events = launch(spec_of(job, parameters))
    assert interrupted(lambda p, **more: spec_of(job, p, **more), looks, parameters) == hashes(events)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ("Zhang San", "Row 1 does not say where its boxes are."),
        ('[{"category": "disc"}]', "Row 1 does not say where its boxes are."),
        ('[{"category": "disc", "box": [1, 2, NaN, 3]}]', "Row 1 does not say where its boxes are."),
        ('{"box": 3}', "Row 1 does not say where its boxes are."),
        ('[{"category": "disc", "box": [1, 2, 3, 1%s]}]' % ("0" * 400), "Row 1 does not say where its boxes are."),
        ("[" * 100_000, "Row 1 does not say where its boxes are."),
        (f"[{','.join([BOX[1:-1]] * 2001)}]", "Row 1 has 2001 boxes; at most 2000 can be learnt."),
    ],
)
def test_hostile_boxes(job: MakeSpec, boxes: str, words: str) -> None:
    cells = pa.array([png(np.zeros((30, 40)))] * 20, pa.binary())
    events = launch(spec_of(job, tables={"anvil": pa.table({"image": cells, "boxes": [boxes, *[BOX] * 19]})}))[1]
    failed(events, "data", words)
    assert "Zhang San" not in str(events)


def test_pictures_without_boxes_and_boxes_beyond_the_picture(job: MakeSpec) -> None:
    cells = pa.array([png(np.zeros((30, 40)))] * 20, pa.binary())
    beyond = '[{"category": "disc", "box": [-5, 20, 99, 99]}, {"category": "disc", "box": [500, 500, 5, 5]}]'
    marked = pa.table({"image": cells, "boxes": [None, "[]", beyond, *[BOX] * 17]})
    events = launch(spec_of(job, tables={"anvil": marked}))[1]
    assert isinstance(events[-1], Finished), events[-1]
    assert "1 rows of Anvil Steel are left out: their target is missing." in logs(events)
    nothing = pa.table({"image": cells, "boxes": ["[]"] * 20})
    failed(launch(spec_of(job, tables={"anvil": nothing}))[1], "data", "There is no box in any picture.")
    numbers = pa.table({"image": cells, "boxes": list(range(20))})
    failed(launch(spec_of(job, tables={"anvil": numbers}))[1], "data", "Row 1 does not say where its boxes are.")


def test_one_picture_with_many_boxes_takes_no_room_in_the_others() -> None:
    """Whoever brings 10,000 pictures of which one shows a whole forest needs memory for the boxes that there are."""
    forest = [{"category": "disc", "edges": (float(x), 0.0, x + 5.0, 5.0)} for x in range(2000)]
    told = [forest, *([{"category": "disc", "edges": (1.0, 1.0, 4.0, 4.0)}] for _ in range(9_999))]
    sizes = np.full((10_000, 2), 4000)
    found = packed(told, ["disc"], sizes, sizes)
    assert [len(found[0]), len(found[1]), len(found)] == [2000, 1, 10_000]
    assert sum(row.nbytes for row in found) == 8 * 5 * 11_999, "800 MB before"
    rows = [0, 1, 5]
    again = packed([told[row] for row in rows], ["disc"], sizes[rows], sizes[rows])
    assert fingerprint(found[rows]) == fingerprint(again) != fingerprint(found[[1, 0, 5]])


def fingerprint(targets: Any) -> str:
    inputs = [{"organization": "a", "organization_name": "A", "path": "rows.parquet"}]
    told = {"job": "1", "recipe": "object-detection", "inputs": inputs, "target": "boxes", "output": "out"}
    spec = JobSpec.model_validate(told)
    return fingerprint_of(spec, [3], targets)


def test_parameters_are_counted_exactly() -> None:
    known = recipe("object-detection")
    for width, blocks in ((8, 1), (16, 3)):
        found = estimate_of(known, known.check({"width": width, "blocks": blocks}), Data(rows=9, size=99, classes=3))
        assert found is not None
        assert found.parameters == sum(weight.numel() for weight in Detector(3, width, blocks).parameters())


def judged(truth: list[list[float]], found: list[list[float]]) -> Judged:
    """One picture."""
    return Judged(of_each([truth]), np.array([[*np.ravel(found), 0.0]]), "detection")


def of_each(rows: list[list[list[float]]]) -> Any:
    """As a data set's boxes come."""
    found = np.empty(len(rows), object)
    for place, boxes in enumerate(rows):
        found[place] = np.array(boxes, float).reshape(-1, 5)
    return found


def test_average_precision_by_hand() -> None:
    truth = [[0, 0, 0, 10, 10], [0, 20, 20, 30, 30]]
    everyone = np.ones((1, 1))
    right, again, wrong = [0, 0.9, 0, 0, 10, 10], [0, 0.8, 0, 0, 10, 10], [0, 0.7, 50, 50, 60, 60]
    second = [0, 0.6, 20, 20, 30, 30]
    assert map_50(judged(truth, [right, second]), everyone)[0] == pytest.approx(1.0)
    # right, twice the same, wrong, right: precision 1 at recall 1/2, then 2/4 at recall 1
    assert map_50(judged(truth, [right, again, wrong, second]), everyone)[0] == pytest.approx(0.5 * 1 + 0.5 * 0.5)
    other_kind = [1, 0.6, 20, 20, 30, 30]
    assert map_50(judged(truth, [right, other_kind]), everyone)[0] == pytest.approx(0.5)
    shifted = [0, 0.9, 0, 0, 10, 7.3]  # overlap of 0.73: right at 0.5, 0.55, 0.6, 0.65 and 0.7
    assert map_50_95(judged(truth, [shifted, [0, 0, 0, 0, 0, 0]]), everyone)[0] == pytest.approx(0.5 * 0.5)
    assert curves(judged(truth, [right, second]), ["tree"])["pr"][0]["points"][-1] == [1.0, 1.0]
    assert np.isnan(map_50(judged([], [[0, 0.9, 0, 0, 1, 1]]), everyone)[0])


def test_a_resample_without_a_picture_does_not_count_it() -> None:
    truth = of_each([[[0, 0, 0, 10, 10]], [[0, 0, 0, 10, 10]]])
    found = np.array([[0, 0.9, 0, 0, 10, 10, 0.0], [0, 0.8, 50, 50, 60, 60, 0.0]])
    counts = np.array([[2, 0], [0, 2], [1, 1]])
    assert map_50(Judged(truth, found, "detection"), counts).tolist() == pytest.approx([1.0, 0.0, 0.5])


def test_maps_that_are_right_lose_nothing() -> None:
    boxes, maps = torch.tensor([[0.0, 10, 12, 40, 44], [1.0, 60, 50, 90, 70]]), torch.full((6, 30, 30), -9.0)
    for kind, left, top, right, bottom in boxes.tolist():
        column, row = int((left + right) / 8), int((top + bottom) / 8)
        maps[int(kind), row, column] = 9.0
        for y, x in ((row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)):
            told = [x + 0.5 - left / 4, y + 0.5 - top / 4, right / 4 - x - 0.5, bottom / 4 - y - 0.5]
            maps[2:, y, x] = torch.tensor(told).log()
    assert float(loss_of_maps(maps, boxes, 2)) < 1e-6
    found = decoded(maps, 3)
    torch.testing.assert_close(found[:2, [0, 2, 3, 4, 5]], boxes, atol=1e-3, rtol=0)
    assert found[:, 1].tolist() == pytest.approx([1.0, 1.0, 0.0], abs=1e-3)
    assert float(loss_of_maps(maps, boxes + torch.tensor([0, 8.0, 0, 8.0, 0]), 2)) > 1
    assert torch.isfinite(loss_of_maps(maps, boxes[:0], 2))


def test_a_picture_with_many_boxes_is_judged_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever brings a picture of thousands of things needs no map of each of them at once, and has the same loss."""
    drawn = torch.Generator().manual_seed(1)
    maps, corner = torch.randn(6, 16, 16, generator=drawn), 50 * torch.rand(40, 2, generator=drawn)
    boxes = torch.cat([(torch.arange(40) % 2)[:, None].float(), corner, corner + 4 + corner.flip(1) / 8], 1)
    whole = loss_of_maps(maps, boxes, 2)
    monkeypatch.setattr("trainer.recipes.object_detection.losses.AT_ONCE", 7 * 256)
    assert torch.equal(loss_of_maps(maps, boxes, 2), whole)
    assert loss_of_maps(maps, boxes[:0], 2).isfinite()


def test_boxes_go_with_their_crops() -> None:
    boxes = torch.tensor([[0.0, 4, 4, 8, 10], [1.0, 28, 28, 40, 40]])
    moved = moved_into(boxes, 2, 2, 2.0, 40)
    assert moved.tolist() == [[0, 4, 4, 12, 16]], "of the other a crop of 20 pixels shows nothing"
    torch.manual_seed(1)
    for _ in range(20):
        pixels = torch.zeros(3, 40, 40)
        pixels[:, 4:16, 4:12] = 1.0
        shown, told = turned(pixels, moved, "all", 40)
        left, top, right, bottom = (int(edge) for edge in told[0, 1:])
        assert shown[:, top:bottom, left:right].min() == 1.0
        assert shown.sum() == pixels.sum() == shown[:, top:bottom, left:right].sum()
