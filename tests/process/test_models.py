"""From a launched job to a model that answers, and runs where no hub is: real worker, real files, bare Python."""

import ast
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.core.valkey import EmbeddedValkey
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services import propose_job
from chainhub.organizations.models import Organization
from chainhub.registry.models import ModelVersion
from chainhub.repositories.storage import open_blob
from tests.factories import jobs as make
from tests.process.conftest import WorkerProcess, until
from trainer.snippets import example

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MARK = 8_642_013.579  # a value that stands nowhere else


def mixed(seed: int) -> dict[str, list[Any]]:
    """Numbers with gaps, categories, and a label that follows from both."""
    generator = np.random.default_rng(seed)
    size, colour = generator.normal(size=120), generator.choice(["red", "green", "blue"], size=120)
    label = np.where(size + (colour == "red") > 0.3, "yes", "no")
    gaps = [None if gap else float(value) for gap, value in zip(generator.random(120) < 0.2, size, strict=True)]
    return {"size": gaps, "colour": colour.tolist(), "label": label.tolist()}


def pictures(seed: int) -> dict[str, list[Any]]:
    """4 × 4 pixels, bright on the left or on the right."""
    generator = np.random.default_rng(seed)
    right = generator.random(100) < 0.5
    grey = generator.integers(0, 80, size=(100, 16))
    for column in range(16):
        grey[:, column] += np.where(right == (column % 4 >= 2), 150, 0)
    columns: dict[str, list[Any]] = {f"p{place}": grey[:, place].tolist() for place in range(16)}
    return columns | {"label": np.where(right, "right", "left").tolist()}


@pytest.fixture
def jobs(
    alice: User, dora: User, anvil: Organization, borealis: Organization, alliance: Collaboration
) -> list[TrainingJob]:
    """One of a table and one of pictures, each on both partners' data."""
    launched = []
    for name, columns, recipe, parameters in (
        ("Mixed", mixed, "tabular", {"missing_indicators": True}),
        ("Pictures", pictures, "image-classification", {"network": "cnn", "channels": [4]}),
    ):
        versions = [
            make.make_version(anvil, alice, name=f"{name} A", columns=columns(1)),
            make.make_version(borealis, dora, name=f"{name} B", columns=columns(2)),
        ]
        for version, owner in zip(versions, (alice, dora), strict=True):
            make.grant(version, alliance, owner)
        launched.append(
            propose_job(
                actor=alice, organization=anvil, collaboration=alliance, title=name, recipe=recipe,
                parameters={"epochs": 5, "bootstrap_samples": 100, **parameters}, versions=versions, target="label",
            )
        )  # fmt: skip
    return launched


class Caller:
    """Bob's program."""

    def __init__(self, key: str) -> None:
        self._client, self._headers = Client(), {"Authorization": f"Bearer {key}"}

    def predict(self, version: ModelVersion, row: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(
            f"{self._address(version)}predict/", {"rows": [row]}, content_type="application/json", headers=self._headers
        )
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()["predictions"][0]
        return found

    def fetch(self, version: ModelVersion, folder: Path) -> Path:
        """Everything, unpacked."""
        answer = self._client.get(f"{self._address(version)}download/", headers=self._headers)
        packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        packed.extractall(folder)
        return folder / f"{version.model.slug}-v{version.number}"

    def _address(self, version: ModelVersion) -> str:
        model = version.model
        return f"/api/v1/models/{model.organization.slug}/{model.slug}/versions/{version.number}/"


def published(job: TrainingJob) -> ModelVersion | None:
    return ModelVersion.objects.select_related("model__organization").filter(job=job).first()


def data_of(job: TrainingJob, folder: Path) -> Path:
    """What the owners have of the job's data, in a folder."""
    place = folder / f"data-{job.pk}"
    place.mkdir()
    for one in job.inputs.select_related("version__commit"):
        entry = one.version.commit.files.select_related("blob").get(path=TRAINING_FILE)
        with open_blob(entry.blob) as file:
            (place / f"{one.pk}.parquet").write_bytes(file.read())
    return place


def test_models_answer_on_a_worker_and_run_without_the_hub(
    valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess], jobs: list[TrainingJob], bob: User,
    token_for: Callable[..., str], tmp_path: Path,
) -> None:  # fmt: skip
    start_worker("one", "--slots", "1")
    caller = Caller(token_for(bob, "download"))
    for job in jobs:
        version = until(lambda job=job: published(job), 60, what=f"publishing {job}")
        row = example(version.preprocessing)
        answered = caller.predict(version, row)["probabilities"]
        folder = caller.fetch(version, tmp_path)
        # -I: nothing of the hub is on the path, no variable bends the interpreter.
        bare = subprocess.run(
            [sys.executable, "-I", "example.py"], cwd=folder, capture_output=True, text=True, check=True, env={}
        )
        alone = ast.literal_eval(bare.stdout)
        assert alone == pytest.approx(answered, abs=1e-5)
        again = subprocess.run(
            [sys.executable, "-I", "reproduce/reproduce.py", "--data", data_of(job, tmp_path)], cwd=folder,
            capture_output=True, text=True, check=False, env={},
        )  # fmt: skip
        assert again.returncode == 0, again.stdout + again.stderr

    table = published(jobs[0])
    assert table is not None
    caller.predict(table, {"size": MARK})
    kept = b"".join(path.read_bytes() for path in valkey.folder.rglob("*") if path.is_file())
    assert str(int(MARK)).encode() not in kept
