"""What a worker keeps of the models that it serves, and how it says that it cannot."""

from pathlib import Path
from typing import Any

import pytest

from chainhub.jobs.models import TrainingJob
from chainhub.jobs.predicting import PredictorError, Predictors
from chainhub.jobs.supervisor import ForkServer, SupervisorError
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from chainhub.registry.serving import UnavailableError
from tests.factories.models import evaluation, files, publish
from tests.factories.nodes import make_node


def test_a_worker_fetches_what_a_prediction_needs_and_forgets_the_oldest(
    job: TrainingJob, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for_people = {"best.safetensors": b"weights", "reproduce/trainer.zip": b"PK", "reproduce/spec.json": b"{}"}
    version = publish(job, leave=files(evaluation({"anvil": (0.7, 0.9)})) | for_people)
    monkeypatch.setattr(serving, "MOST_KEPT", 2)
    cache = Path(settings.NODE_CACHE) / "models"
    for name in ("old", "older"):
        (cache / name).mkdir(parents=True)
    folder = serving.files_of(version)
    assert {path.name for path in folder.iterdir()} == {"model.safetensors", "config.json", "preprocessing.json"}
    assert len(list(cache.iterdir())) == 2
    assert serving.files_of(version) == folder


def test_a_hub_without_a_message_server_says_that_nobody_can_answer(version: ModelVersion, settings: Any) -> None:
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    with pytest.raises(UnavailableError, match="message server does not answer"):
        serving.ask(version, [{"x0": 1.0}])


def test_a_trainer_that_does_not_start_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: ForkServer, folder: Path, *, idle: float = 300) -> Any:
        raise SupervisorError("no")

    monkeypatch.setattr(ForkServer, "predictor", refuse)
    with pytest.raises(PredictorError, match="could not be started"):
        Predictors(ForkServer()).ask(tmp_path, {"rows": [{}]})
