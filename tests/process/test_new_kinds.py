"""Bob asks a model of every newer kind: the question crosses the queue, and a child of the fork server answers it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chainhub.core.valkey import EmbeddedValkey
from chainhub.jobs.models import TrainingJob
from chainhub.nodes.models import ComputeNode
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from tests.factories import jobs as make
from tests.factories.kinds import PICTURE
from tests.factories.models import publish
from tests.process.conftest import WorkerProcess, until
from tests.trainer.test_translation import SMALL as TRANSLATION
from tests.trainer.test_translation import phrases
from tests.web import test_trying_trained as tiny
from trainer.predict import Predictor

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SEES = 3e-3  # by how much an answer may differ from that of this process, which has other threads
ROWS: dict[str, dict[str, Any]] = {
    "timeseries": {"values": [float(place % 7) for place in range(20)]},
    "molecule": {"smiles": "CCO", "sequence": "MKTAYIAKQR"},
    "object-detection": {"image": PICTURE, "threshold": 0.01},
    "image-denoising": {"image": PICTURE},
    "image-generation": {"count": 2, "seed": 7},
    "sequence-to-sequence": {"text": "Open the new blue bread 7"},
    "retrieval-qa": {"text": "The calm machine was 3 !"},
}
EXPLAINED = ("molecule", "object-detection", "sequence-to-sequence")  # a search may refuse, and then says no more


@pytest.fixture
def published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, alice: Any, anvil: Any, alliance: Any, ours: Any, theirs: Any
) -> dict[str, ModelVersion]:
    """One of each, trained here in a moment; how jobs reach a worker is another test's."""
    monkeypatch.setitem(tiny.SMALL, "sequence-to-sequence", TRANSLATION)
    tables = (phrases(60, 1), phrases(40, 2))
    monkeypatch.setitem(tiny.ASKED, "sequence-to-sequence", {"tables": tables, "target": "zh", "fields": ["en"]})
    found = {}
    for recipe in ROWS:
        folder = tmp_path / recipe
        folder.mkdir()
        left = tiny.trained(folder, recipe)
        job = make.make_job(alice, anvil, alliance, [ours, theirs], title=f"Tiny {recipe}")
        TrainingJob.objects.filter(pk=job.pk).update(recipe=recipe)
        job.refresh_from_db()
        found[recipe] = publish(job, leave=left, found=json.loads(left["evaluation.json"]))
    return found


def same(one: Any, other: Any) -> bool:
    """Numbers nearly, all else and pictures by their form alone."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return one == pytest.approx(other, rel=SEES, abs=SEES)
    return isinstance(other, str) and one[:20] == other[:20] if isinstance(one, str) else one == other


def test_a_worker_answers_for_models_of_every_new_kind(
    published: dict[str, ModelVersion], valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess],
    token_for: Callable[..., str], bob: Any,
) -> None:  # fmt: skip
    start_worker("one", "--slots", "1")
    until(lambda: ComputeNode.objects.serving(serving.QUEUE).exists(), 60, what="the worker's coming")
    headers = {"authorization": f"Bearer {token_for(bob, 'download')}"}
    for recipe, version in published.items():
        row = ROWS[recipe]
        where = (
            f"/api/v1/models/{version.model.organization.slug}/{version.model.slug}/versions/{version.number}/predict/"
        )
        asked = {"rows": [row], "explain": recipe in EXPLAINED}
        answer = Client().post(where, asked, content_type="application/json", headers=headers)
        assert answer.status_code == 200, (recipe, answer.content)
        (told,) = answer.json()["predictions"]
        (expected,) = Predictor(serving.files_of(version)).predict([row], explain=recipe in EXPLAINED)
        assert same(json.loads(json.dumps(expected)), told), recipe
        assert ("reasons" in told) == (recipe in EXPLAINED), recipe
        wrong = Client().post(where, {"rows": [{"x": 1}]}, content_type="application/json", headers=headers)
        assert wrong.status_code == 422, recipe
